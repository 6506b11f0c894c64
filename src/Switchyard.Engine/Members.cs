using System.Collections.Immutable;

namespace Switchyard.Engine;

/// <summary>What a model has one of each for and may get more of later: the nodes of a scenario level, the tasks.</summary>
/// <param name="Name">Name of the set, the same in every model of one kind.</param>
/// <param name="Count">How many there are.</param>
public sealed record Members(string Name, int Count);

/// <summary>One of the members.</summary>
/// <param name="Of">The set.</param>
/// <param name="Index">Its place in the set, 0-based.</param>
public readonly record struct Member(Members Of, int Index);

/// <summary>
/// Which dimensions of a weight are divided among members: a dimension of k · n values holds k for the first member, k for the
/// second, and so on. Declared once with the weight; a model that gains members then keeps what belongs to the old ones.
/// </summary>
/// <param name="Stack">Members of the stacked matrices; null where they belong to none.</param>
/// <param name="Rows">Members of the rows of every matrix.</param>
/// <param name="Cols">Members of the columns.</param>
/// <param name="Summed">What the old members compute is a sum over the members of the stack and of the columns: new ones start with weight 0, so that
/// the sum stays what it was.</param>
/// <param name="Fresh">What belongs to a new member starts as in a new model, whatever the old ones have.</param>
public readonly record struct MemberAxes(Members? Stack = null, Members? Rows = null, Members? Cols = null, bool Summed = false, bool Fresh = false);

/// <summary>A weight's place among the members of its model.</summary>
/// <param name="Pattern">Its name with * for every index of a member it belongs to: <c>tower.*.output.weight</c>.</param>
/// <param name="Owners">The members it belongs to as a whole, outermost first.</param>
/// <param name="Axes">The dimensions that are divided among members.</param>
/// <param name="Occasional">Whether an older model of fewer members may lack it (<see cref="Scope.Occasional"/>).</param>
public sealed record WeightPlace(string Pattern, ImmutableArray<Member> Owners, MemberAxes Axes, bool Occasional = false);
