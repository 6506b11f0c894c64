namespace Switchyard.Data;

/// <summary>The schema of a trained model that an import starts from.</summary>
/// <param name="Schema">The schema.</param>
/// <param name="Grows">True: values, nodes and tasks that the training rows bring are appended; false: rows are encoded as it is.</param>
sealed record KnownSchema(Schema Schema, bool Grows)
{
    /// <summary>Refuses a specification that does not fit the schema: before its text is read.</summary>
    /// <exception cref="InputException">Its fields, scenario columns or tasks are others.</exception>
    public void Check(DataSpec spec)
    {
        if (Grows) SchemaGrowth.Check(Schema, spec);
        else SchemaFitter.Reuse(Schema, spec);
    }

    /// <summary>The schema that encodes the rows.</summary>
    public Schema Apply(DataSpec spec, TextPass text) => Grows ? SchemaGrowth.Grow(Schema, spec, text) : SchemaFitter.Reuse(Schema, spec);

    /// <summary>What stands for it in a fingerprint.</summary>
    public string Text => TextOf(Schema.Fingerprint(), Grows);

    public static string TextOf(string fingerprint, bool grows) => grows ? $"grown from {fingerprint}" : fingerprint;
}
