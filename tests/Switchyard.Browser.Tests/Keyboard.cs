using Microsoft.Playwright;

namespace Switchyard.Browser.Tests;

/// <summary>Walks through a page with the Tab key.</summary>
static class Keyboard
{
    const string Controls = "a[href], button, select, summary, input, textarea";

    /// <summary>Opens all that opens, and presses Tab until the walk begins anew.</summary>
    /// <returns>Controls reached, and the names of those that can be used but were not reached. Of radio buttons a keyboard reaches the group.</returns>
    public static async Task<(int Reached, string[] Missed)> WalkAsync(IPage page)
    {
        await page.EvaluateAsync("() => document.querySelectorAll('details').forEach(details => details.open = true)");
        var wanted = await page.EvaluateAsync<int>(
            """
            controls => {
              window.usable = () => [...document.querySelectorAll(controls)].filter(one => !one.disabled && one.type !== 'radio' && !one.closest('dialog:not([open])') && one.checkVisibility());
              window.reached = new Set();
              document.addEventListener('focusin', event => window.reached.add(event.target));
              document.activeElement?.blur();
              return window.usable().length;
            }
            """,
            Controls);
        for (var press = 0; press < 2 * wanted + 50; press++) await page.Keyboard.PressAsync("Tab");
        return (
            await page.EvaluateAsync<int>("() => window.usable().filter(one => window.reached.has(one)).length"),
            await page.EvaluateAsync<string[]>("() => window.usable().filter(one => !window.reached.has(one)).map(one => one.outerHTML.slice(0, 120))"));
    }
}
