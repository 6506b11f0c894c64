// See Switchyard.Engine/Real.cs.
global using Real = System.Single;
