int _printk(const char *format, ...) __attribute__((cold));
int _printk_deferred(const char *format, ...) __attribute__((cold));
#define printk(...) _printk(__VA_ARGS__)
