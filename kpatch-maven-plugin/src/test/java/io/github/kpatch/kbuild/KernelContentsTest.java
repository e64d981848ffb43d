package io.github.kpatch.kbuild;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.google.gson.reflect.TypeToken;
import io.github.kpatch.host.Json;
import io.github.kpatch.kernel.KernelObject;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class KernelContentsTest {
    private static final Map<String, String> ANSWERS = Map.of(
            ".",
            "built-in init/built-in.a drivers/built-in.a\nlibrary\nfolders init drivers\n",
            "init",
            "built-in init/main.o\nlibrary init/not-linked.o\nfolders\n",
            "lib",
            "built-in lib/sort.o\nlibrary lib/member.o\nfolders\n",
            "drivers",
            """
            built-in drivers/base.o drivers/in/built-in.a
            library
            folders drivers/in drivers/mod
            module drivers/my-one.o
            module drivers/several.o a.o sub/b.o
            """,
            "drivers/in",
            "built-in drivers/in/x.o\nlibrary\nfolders\n",
            "drivers/mod",
            """
            built-in drivers/mod/nobody.o
            library
            folders
            module drivers/mod/one.o a.o ../shared/c.o
            module drivers/mod/two.o b.o ../shared/c.o
            """);

    private static KernelContents contents() {
        return KernelContents.follow(List.of(".", "lib"), folders -> {
            Map<String, FolderGoals> goals = new TreeMap<>();
            folders.forEach(folder -> goals.put(folder, FolderGoals.parse(ANSWERS.get(folder))));
            return goals;
        });
    }

    private static SortedSet<KernelObject> parents(String... names) {
        SortedSet<KernelObject> parents = new TreeSet<>();
        List.of(names).forEach(name -> parents.add(new KernelObject(name)));
        return parents;
    }

    @Test
    void everyObjectIsFoundWithWhatItIsLinkedInto() {
        assertThat(contents().parents())
                .containsExactly(
                        entry("drivers/a.o", parents("several")),
                        entry("drivers/base.o", parents("vmlinux")),
                        entry("drivers/in/x.o", parents("vmlinux")),
                        entry("drivers/mod/../shared/c.o", parents("one", "two")),
                        entry("drivers/mod/a.o", parents("one")),
                        entry("drivers/mod/b.o", parents("two")),
                        entry("drivers/my-one.o", parents("my_one")),
                        entry("drivers/sub/b.o", parents("several")),
                        entry("init/main.o", parents("vmlinux")),
                        entry("lib/member.o", parents("vmlinux")),
                        entry("lib/sort.o", parents("vmlinux")))
                .doesNotContainKeys("drivers/mod/nobody.o", "init/not-linked.o");
    }

    @Test
    void aSourceIsFoundThroughWhateverNameKbuildGivesItsObject() {
        assertThat(contents().byStem()).containsEntry("drivers/shared/c", List.of("drivers/mod/../shared/c.o"));
    }

    @Test
    void whatWasFoundOutSurvivesTheCache() {
        assertThat(Json.read(Json.write(contents()), TypeToken.get(KernelContents.class)))
                .isEqualTo(contents());
    }
}
