// See Switchyard.Engine/Real.cs: the gradient checks recompile these sources in double.
global using Real = System.Single;
