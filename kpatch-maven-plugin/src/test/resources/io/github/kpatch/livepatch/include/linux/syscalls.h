/* Two arguments only; like the kernel's, the body ends up in an inline function. */
#define CONFIG_FTRACE_SYSCALLS 1
#define __MAP(x, m, t1, a1, t2, a2) m(t1, a1), m(t2, a2)
#define __SC_DECL(type, name) type name
#define __SC_ARGS(type, name) name
#define __SC_CAST(type, name) (type)name
#define __SC_LONG(type, name) long name
#define __SYSCALL_DEFINEx(x, sname, ...) \
	static inline long __do_sys##sname(__MAP(x, __SC_DECL, __VA_ARGS__)); \
	long __se_sys##sname(__MAP(x, __SC_LONG, __VA_ARGS__)); \
	long __se_sys##sname(__MAP(x, __SC_LONG, __VA_ARGS__)) \
	{ return __do_sys##sname(__MAP(x, __SC_CAST, __VA_ARGS__)); } \
	static inline long __do_sys##sname(__MAP(x, __SC_DECL, __VA_ARGS__))
