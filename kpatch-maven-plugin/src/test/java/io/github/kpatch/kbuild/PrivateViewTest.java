package io.github.kpatch.kbuild;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.host.Folders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateViewTest {
    @TempDir
    private Path folder;

    private Path tree;
    private Path symvers;

    @BeforeEach
    void makeTree() throws IOException {
        tree = folder.resolve("tree");
        for (String file : List.of(
                "Makefile",
                "Module.symvers",
                "include/linux/fs.h",
                "fs/Makefile",
                "fs/inode.c",
                "fs/proc/version.c",
                "fs/proc/bounds.s",
                "fs/proc/.bounds.s.cmd",
                "fs/proc/deep/tool.c",
                "fs/xfs/xfs_super.c",
                "gpu/driver/Makefile",
                "gpu/driver/main.c",
                "gpu/display/core/dc.c")) {
            Files.createDirectories(tree.resolve(file).getParent());
            Files.writeString(tree.resolve(file), "tree's " + file);
        }
        symvers = Files.writeString(folder.resolve("shipped"), "shipped");
    }

    private PrivateView view(String... files) {
        return PrivateView.of(tree, folder.resolve("view"), symvers, List.of(files));
    }

    @Test
    void foldersThatLeadToAnObjectAreRealAndAllOthersAreLinks() {
        PrivateView view = view("fs/proc/version.o");

        assertThat(view.file("fs"))
                .isDirectory()
                .satisfies(path -> assertThat(Files.isSymbolicLink(path)).isFalse());
        assertThat(view.file("fs/proc/version.c")).isSymbolicLink().hasContent("tree's fs/proc/version.c");
        assertThat(view.file("fs/proc/deep"))
                .satisfies(path -> assertThat(Files.isSymbolicLink(path)).isFalse());
        assertThat(view.file("fs/xfs")).isSymbolicLink();
        assertThat(view.file("include")).isSymbolicLink();
        assertThat(view.file("include/linux/fs.h")).hasContent("tree's include/linux/fs.h");
    }

    @Test
    void whatMakeMadeInTheTreeIsNotWithinReach() {
        PrivateView view = view("fs/proc/version.o");

        assertThat(view.file("fs/proc/bounds.s")).doesNotExist();
        assertThat(view.file("fs/proc/.bounds.s.cmd")).doesNotExist();
    }

    @Test
    void bothFoldersOfARoundaboutPathAreReal() throws IOException {
        PrivateView view = view("gpu/driver/../display/core/dc.o");

        Files.writeString(view.file("gpu/driver/../display/core/dc.o"), "object");
        assertThat(view.file("gpu/display/core/dc.o")).hasContent("object");
        assertThat(tree.resolve("gpu/display/core/dc.o")).doesNotExist();
        assertThat(view.file("gpu/driver/main.c")).isSymbolicLink();
    }

    @Test
    void aReplacedFileIsTheViewsOwn() throws IOException {
        PrivateView view = view("fs/proc/version.o", "fs/inode.c");

        view.replace("fs/proc/version.c", "patched".getBytes(StandardCharsets.US_ASCII));

        assertThat(view.file("fs/proc/version.c")).isRegularFile().hasContent("patched");
        assertThat(Files.isSymbolicLink(view.file("fs/proc/version.c"))).isFalse();
        assertThat(tree.resolve("fs/proc/version.c")).hasContent("tree's fs/proc/version.c");
    }

    @Test
    void exportsAreTheTargets() {
        assertThat(view().file("Module.symvers")).hasContent("shipped");
        assertThat(tree.resolve("Module.symvers")).hasContent("tree's Module.symvers");
    }

    @Test
    void deletingAViewLeavesTheTree() {
        PrivateView view = view("fs/proc/version.o");

        Folders.delete(view.root());

        assertThat(view.root()).doesNotExist();
        assertThat(tree.resolve("include/linux/fs.h")).exists();
        assertThat(tree.resolve("fs/xfs/xfs_super.c")).exists();
    }
}
