#define EINVAL 22
