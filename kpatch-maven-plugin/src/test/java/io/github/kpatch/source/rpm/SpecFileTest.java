package io.github.kpatch.source.rpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.problem.ProblemException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a spec is understood, and that the rest is refused. */
class SpecFileTest {
    private static final String PREAMBLE = """
            %define specversion 6.1.99
            %global with_extra 0
            Name: kernel
            Version: %{specversion}
            Release: 1%{?dist}
            Source0: https://example.org/linux-%{version}.tar.xz
            Source7: seventh.patch
            Patch2: second.patch
            Patch1: patch-%{specversion}-vendor.patch
            %description
            Patch1: nothing of this.
            """;

    private static List<String> patches(String prep) {
        return SpecFile.patches("the spec", PREAMBLE + "%prep\n" + prep + "%build\nsed -i s/a/b/ kernel/a.c\n").stream()
                .map(step -> step.file() + " -p" + step.strip() + (step.optional() ? "?" : ""))
                .toList();
    }

    @Test
    void theStepsOfThisFamilysSpecs() {
        assertThat(patches("""
                        # A function as Fedora has it.
                        ApplyOptionalPatch()
                        {
                          sed -i s/a/b/ kernel/a.c
                        }
                        %setup -q -n kernel-%{version} -c
                        mv linux-6.1.99 linux-%{version}-%{release}.x86_64
                        cd linux-%{version}
                        ApplyOptionalPatch patch-%{specversion}-vendor.patch
                        ApplyPatch second.patch
                        chmod +x scripts/checkpatch.pl
                        mv COPYING COPYING-%{version}-%{release}
                        touch .scmversion
                        pathfix.py -i "%{__python3}" -p -n \\
                          scripts/diffconfig \\
                          tools
                        %ifnarch %nobuildarches
                        mkdir configs
                        cd configs
                        cp -a $RPM_SOURCE_DIR/x86.config .
                        ./generate_all_configs.sh 1
                        cd ..
                        %endif
                        find . \\( -name "*.orig" -o -name "*~" \\) -exec rm -f {} \\; >/dev/null
                        find . -name .gitignore -exec rm -f {} \\; >/dev/null
                        """)).containsExactly("patch-6.1.99-vendor.patch -p1?", "second.patch -p1");
    }

    @Test
    void patchesByMacroAndByCommandInTheirOrder() {
        assertThat(patches("""
                        %setup -q -n linux-%{version}
                        %patch2 -p1
                        %patch -P 1 -p1 -b .vendor
                        patch -p1 < %{SOURCE7}
                        """))
                .containsExactly("second.patch -p1", "patch-6.1.99-vendor.patch -p1", "seventh.patch -p1");
        assertThat(patches("%autosetup -p1 -n linux-%{version}\n"))
                .containsExactly("patch-6.1.99-vendor.patch -p1", "second.patch -p1");
        assertThat(patches("%autosetup -N\n%autopatch -p1\n")).hasSize(2);
    }

    /** A tree that is configured while it is prepared, as Azure Linux has it. */
    @Test
    void configuringIsNoPatch() {
        assertThat(patches("""
                        %setup -q -n linux-%{version}
                        %patch 2 -p1
                        make mrproper
                        cp %{config_source} .config
                        cp %{SOURCE7} certs/vendor.pem
                        sed -i 's#KEYS=""#KEYS="certs/vendor.pem"#' .config
                        cp .config current_config
                        make LC_ALL=  ARCH=%{arch} oldconfig
                        diff --unified new_config current_config > config_diff || true
                        if [ -s config_diff ]; then
                            printf "\\n\\n"
                            cat config_diff
                            echo "Config file has unexpected changes"
                            exit 1
                        fi
                        """)).containsExactly("second.patch -p1");
    }

    @Test
    void whatAConditionTakesOutIsOut() {
        assertThat(patches("""
                        %setup -q
                        %if %{with_extra}
                        sed -i s/a/b/ kernel/a.c
                        %else
                        %patch1 -p1
                        %endif
                        %if !%{with_extra}
                        %patch2 -p1
                        %endif
                        """)).containsExactly("patch-6.1.99-vendor.patch -p1", "second.patch -p1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sed -i s/a/b/ kernel/a.c",
                "cp -a %{SOURCE7} kernel/a.c",
                "%setup -q -a 7",
                "%patch3 -p1",
                "%patch1 -p1 -R",
                "ApplyPatch %{unknown}.patch",
                "%if %{undecided}\n%patch1 -p1\n%endif",
                "%ifarch x86_64\n%patch1 -p1\n%endif",
                "find . -name '*.c' -exec rm -f {} \\;",
                "find . -exec rm -f {} \\;",
                "echo x > kernel/a.c",
                "pathfix.py x; rm kernel/a.c",
                "cd configs\ncp x ../kernel/a.c",
                "%autosetup -p1 -S git_am -D",
                "git am %{patches}",
                "cp %{SOURCE7} kernel/a.c",
                "sed -i 's/a/b/' kernel/a.c",
                "sed -i 's/a/b/' .config kernel/a.c",
                "make ARCH=x86 prepare",
            })
    void whatIsMoreThanAPatchIsRefused(String lines) {
        assertThatThrownBy(() -> patches(lines + "\n"))
                .isInstanceOf(ProblemException.class)
                .hasMessageContainingAll("KP262", "the spec", "%prep", "rpmbuild -bp");
    }
}
