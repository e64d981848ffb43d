# Asks kbuild what it makes, without making it: read after the kernel's own
# makefiles, each rule writes the values of their variables into a file of
# KPATCH_ANSWERS.

define kpatch-newline


endef

# Where a build of the whole kernel begins. Which variable says so depends on
# the kernel's age.
kpatch-roots:
	$(file >$(KPATCH_ANSWERS)/roots,$(build-dir) $(build-dirs) $(vmlinux-dirs) \
		$(init-y) $(core-y) $(drivers-y) $(net-y) $(virt-y) $(libs-y))@:

kpatch-folder/%:
	+@$(MAKE) -rR -f scripts/Makefile.build -f $(KPATCH_GOALS) obj=$* need-builtin=1 kpatch-answer

kpatch-answer:
	$(file >$(KPATCH_ANSWERS)/$(subst /,@,folder/$(obj)),$(kpatch-answer))@:

kpatch-answer = built-in $(real-obj-y)$(kpatch-newline)library $(lib-y)$(kpatch-newline)folders \
	$(subdir-ym)$(foreach m,$(filter %.o,$(obj-m)),$(kpatch-newline)module $m \
	$(foreach s,-objs -y -m,$($(m:$(obj)/%.o=%$s))))

# What kconfig makes of the config there. The name ends like kconfig's own
# goals, so that the kernel's makefile exports what these need.
kpatch-config:
	+@KCONFIG_CONFIG=$(KPATCH_ANSWERS)/config scripts/kconfig/conf --olddefconfig $(or $(KBUILD_KCONFIG),Kconfig)
