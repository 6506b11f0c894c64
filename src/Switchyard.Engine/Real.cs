// The element type of every tensor. The product computes in float32; the gradient checks recompile these sources with
// Real = double (tests/Switchyard.Float64), so that a wrong derivative cannot hide behind rounding.
global using Real = System.Single;
