namespace Switchyard;

/// <summary>
/// exp and log in double: additions, multiplications and divisions in one fixed order, so that every machine has the same bits; those of the
/// platform differ from one processor to the next. Argument reduction and coefficients are fdlibm's (Sun Microsystems, 1993); the error is
/// below one unit in the last place.
/// </summary>
static class FormulaMath
{
    const double Ln2High = 6.93147180369123816490e-01;
    const double Ln2Low = 1.90821492927058770002e-10;
    const double PerLn2 = 1.44269504088896338700e+00;
    const int ExponentBias = 1023;
    const int FractionBits = 52;
    const int MostSquarings = 32;

    public static double Exp(double x)
    {
        if (double.IsNaN(x)) return x;
        if (x > 709.8) return double.PositiveInfinity;
        if (x < -708) return 0;
        var k = (int)Math.Floor(x * PerLn2 + 0.5);
        var (high, low) = (x - k * Ln2High, k * Ln2Low);
        var r = high - low;
        var t = r * r;
        var c = r - t * (1.66666666666666019037e-01 + t * (-2.77777777770155933842e-03
            + t * (6.61375632143793436117e-05 + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
        var y = 1 - (low - r * c / (2 - c) - high);
        // In two steps: 2^1024 alone is no double.
        var half = k / 2;
        return y * PowerOfTwo(half) * PowerOfTwo(k - half);
    }

    public static double Log(double x)
    {
        if (double.IsNaN(x) || x < 0) return double.NaN;
        if (x == 0) return double.NegativeInfinity;
        if (double.IsPositiveInfinity(x)) return x;
        var k = 0;
        if (x < 2.2250738585072014e-308)
        {
            x *= 18014398509481984.0;
            k = -54;
        }

        var bits = BitConverter.DoubleToInt64Bits(x);
        k += (int)(bits >> FractionBits) - ExponentBias;
        var m = BitConverter.Int64BitsToDouble((bits & ((1L << FractionBits) - 1)) | ((long)ExponentBias << FractionBits));
        if (m > 1.4142135623730951)
        {
            m *= 0.5;
            k++;
        }

        var f = m - 1;
        var s = f / (2 + f);
        var z = s * s;
        var r = z * (6.666666666666735130e-01 + z * (3.999999999940941908e-01 + z * (2.857142874366239149e-01 + z * (2.222219843214978396e-01
            + z * (1.818357216161805012e-01 + z * (1.531383769920937332e-01 + z * 1.479819860511658591e-01))))));
        var half = 0.5 * f * f;
        return k * Ln2High - (half - (s * (half + r) + k * Ln2Low) - f);
    }

    /// <summary>x^y: small whole exponents by multiplication, others as exp(y·log x). Below 0 only whole exponents have a value.</summary>
    public static double Power(double x, double y)
    {
        if (y == 0) return 1;
        var isWhole = y == Math.Floor(y);
        if (isWhole && Math.Abs(y) <= MostSquarings) return y > 0 ? Whole(x, (int)y) : 1 / Whole(x, (int)-y);
        if (x == 0) return y > 0 ? 0 : double.PositiveInfinity;
        if (x > 0 || !isWhole) return Exp(y * Log(x));
        var power = Exp(y * Log(-x));
        return Math.IEEERemainder(y, 2) == 0 ? power : -power;
    }

    static double Whole(double x, int y)
    {
        var power = 1.0;
        for (; y > 0; y >>= 1, x *= x)
        {
            if ((y & 1) != 0) power *= x;
        }

        return power;
    }

    static double PowerOfTwo(int k) => BitConverter.Int64BitsToDouble((long)(k + ExponentBias) << FractionBits);
}
