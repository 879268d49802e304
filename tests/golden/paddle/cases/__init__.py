"""Cases of single operators, a file a family. Each has `cases()`, which yields the arguments of program.one_op with a name."""
