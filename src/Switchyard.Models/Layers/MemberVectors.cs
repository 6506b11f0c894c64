using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Learned vectors of the nodes of a level or of the tasks: the indicators that gates, attention and auxiliary nets read.</summary>
static class MemberVectors
{
    /// <summary>Standard deviation at the start.</summary>
    const double Spread = 0.05;

    /// <summary>One vector for every member, [members, width].</summary>
    public static Parameter Vectors(this Scope scope, string name, Members members, int width) =>
        scope.Parameter(name, members.Count, width, Init.Normal(Spread), axes: new MemberAxes(Rows: members));
}
