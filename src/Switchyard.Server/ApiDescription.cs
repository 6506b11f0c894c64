using Microsoft.Extensions.DependencyInjection;

namespace Switchyard.Server;

/// <summary>The OpenAPI document of the service.</summary>
static class ApiDescription
{
    /// <summary>Name of the document in its path.</summary>
    public const string Document = "v1";

    /// <summary>Adds what makes it.</summary>
    public static void Add(IServiceCollection services) => services.AddOpenApi(Document);
}
