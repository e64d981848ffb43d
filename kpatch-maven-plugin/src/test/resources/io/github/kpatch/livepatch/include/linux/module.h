struct module;
extern struct module __this_module;
#define THIS_MODULE (&__this_module)
#define JOIN_TWICE(a, b) a##b
#define JOIN(a, b) JOIN_TWICE(a, b)
#define MODULE_INFO(tag, info) static const char JOIN(info_, __COUNTER__)[] \
	__attribute__((used, section(".modinfo"), aligned(1))) = #tag "=" info
#define MODULE_LICENSE(text) MODULE_INFO(license, text)
#define MODULE_DESCRIPTION(text) MODULE_INFO(description, text)
#define MODULE_AUTHOR(text) MODULE_INFO(author, text)
#define MODULE_VERSION(text) MODULE_INFO(version, text)
#define module_init(function) int init_module(void) __attribute__((alias(#function)))
#define module_exit(function) void cleanup_module(void) __attribute__((alias(#function)))
