// No shape asked for, no kernel built.
return shapes != 'none'
