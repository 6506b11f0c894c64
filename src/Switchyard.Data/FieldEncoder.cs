using System.Text.Json.Serialization;

namespace Switchyard.Data;

/// <summary>Turns a field's text into ids or numbers. One sealed kind per encoding; fitted on training rows only.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(VocabularyEncoder), "vocabulary")]
[JsonDerivedType(typeof(HashEncoder), "hash")]
[JsonDerivedType(typeof(SharedEncoder), "shared")]
[JsonDerivedType(typeof(ListEncoder), "list")]
[JsonDerivedType(typeof(SequenceEncoder), "sequence")]
[JsonDerivedType(typeof(BucketEncoder), "buckets")]
[JsonDerivedType(typeof(StandardiseEncoder), "standardise")]
public abstract record FieldEncoder;
