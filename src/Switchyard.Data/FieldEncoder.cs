namespace Switchyard.Data;

/// <summary>Turns a field's text into ids or numbers. One sealed kind per encoding; fitted on training rows only.</summary>
public abstract record FieldEncoder;
