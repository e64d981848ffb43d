#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#define pr_err(...) printf(pr_fmt("%s"), "error\n")
#define WARN_ON(condition) ((condition) ? puts("warning") : 0)
