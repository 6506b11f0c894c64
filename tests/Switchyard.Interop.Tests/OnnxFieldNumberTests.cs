using Google.Protobuf;
using Switchyard.Interop.Onnx;

namespace Switchyard.Interop.Tests;

/// <summary>Our description of the format against bytes as every other tool writes them.</summary>
public sealed class OnnxFieldNumberTests
{
    [Fact]
    public void Model_BytesOfTheFormat_ReadBack()
    {
        // ir_version (1) 10, opset_import (8) { version (2) 18 }, graph (7) { name (2) "g", node (1) { op_type (4) "Relu" } }.
        var model = ModelProto.Parser.ParseFrom(
        [
            0x08, 10, 0x42, 2, 0x10, 18, 0x3A, 11, 0x12, 1, (byte)'g', 0x0A, 6, 0x22, 4, (byte)'R', (byte)'e', (byte)'l', (byte)'u',
        ]);

        model.IrVersion.ShouldBe(10);
        model.OpsetImport.ShouldHaveSingleItem().Version.ShouldBe(18);
        model.Graph.Name.ShouldBe("g");
        model.Graph.Node.ShouldHaveSingleItem().OpType.ShouldBe("Relu");
    }

    [Fact]
    public void Attribute_NumberZero_IsWritten() =>
        new AttributeProto { Name = "axis", I = 0, Type = AttributeProto.Types.AttributeType.Int }.ToByteArray()
            .ShouldBe([0x0A, 4, (byte)'a', (byte)'x', (byte)'i', (byte)'s', 0x18, 0, 0xA0, 1, 2]);
}
