// Central differences need double: in float32 a correct gradient and a wrong one cannot be told apart.
global using Real = System.Double;
