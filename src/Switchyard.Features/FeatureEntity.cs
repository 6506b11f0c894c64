using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard.Features;

/// <summary>One kind of thing that a store knows by its key, as items or users.</summary>
/// <param name="Name">Its name, such as <c>item</c>.</param>
/// <param name="Index">Its place among the store's entities.</param>
/// <param name="Side">What its columns describe in a request.</param>
/// <param name="RequestColumn">Column of a request that holds the key.</param>
/// <param name="Table">Table or view it is read from, in the store's own quotes.</param>
/// <param name="Key">Column of the table that holds the key.</param>
/// <param name="Columns">The other columns that are read, in the order of a <see cref="FeatureRow"/>'s values.</param>
public sealed record FeatureEntity(string Name, int Index, FieldSide Side, string RequestColumn, string Table, string Key, ImmutableArray<string> Columns);
