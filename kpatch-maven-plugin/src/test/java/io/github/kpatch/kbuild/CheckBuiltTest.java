package io.github.kpatch.kbuild;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckBuiltTest {
    @TempDir
    private Path tree;

    /** What kbuild would say, by folder. */
    private final Map<String, Listing> listings = new HashMap<>();

    @BeforeEach
    void makeTree() throws IOException {
        write("include/config/auto.conf", "CONFIG_DRM=m\nCONFIG_NET=y\n");
        write("gpu/Makefile", "obj-$(CONFIG_DRM) += drm.o\nobj-$(CONFIG_DRM_MSM) += msm/\n");
        write("gpu/msm/Makefile", """
                msm-y := a.o \\
                    adreno/gpu.o
                msm-$(CONFIG_DRM_MSM_DSI) += dsi.o
                obj-$(CONFIG_DRM_MSM) += msm.o
                obj-$(CONFIG_NET) += always.o
                """);
        write("gpu/computed/Makefile", "obj-y += $(addsuffix .o, a)\n");
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(tree.resolve(file).getParent());
        Files.writeString(tree.resolve(file), text);
    }

    private Optional<String> problem(String object) {
        return new CheckBuilt(tree, folder -> Optional.ofNullable(listings.get(folder)))
                .of(object)
                .map(Problem::toString);
    }

    @Test
    void theOptionThatLeavesAnObjectOutIsNamed() {
        listings.put("gpu/msm", new Listing(List.of("gpu/msm/always.o"), Set.of()));

        assertThat(problem("gpu/msm/adreno/gpu.o").orElseThrow())
                .startsWith("KP403 gpu/msm/adreno/gpu.c: ")
                .contains("CONFIG_DRM_MSM is off")
                .contains("Leave the changes of this file out");
        assertThat(problem("gpu/msm/dsi.o").orElseThrow()).contains("CONFIG_DRM_MSM, CONFIG_DRM_MSM_DSI are off");
    }

    @Test
    void theOptionThatLeavesItsFolderOutIsNamed() {
        listings.put("gpu/msm", new Listing(List.of("gpu/msm/always.o"), Set.of()));
        listings.put("gpu", new Listing(List.of("gpu/drm.o"), Set.of("gpu/other")));

        assertThat(problem("gpu/msm/always.o").orElseThrow()).contains("CONFIG_DRM_MSM is off");
    }

    @Test
    void whatKbuildMakesIsBuilt() {
        listings.put("gpu/msm", new Listing(List.of("gpu/msm/x/../adreno/gpu.o"), Set.of()));
        listings.put("gpu", new Listing(List.of(), Set.of("gpu/msm")));

        assertThat(problem("gpu/msm/adreno/gpu.o")).isEmpty();
    }

    @Test
    void nothingIsSaidWhereNothingIsKnown() {
        listings.put("gpu/computed", new Listing(List.of(), Set.of()));

        assertThat(problem("gpu/computed/a.o")).isEmpty();
        assertThat(problem("gpu/msm/a.o")).as("make did not answer").isEmpty();
        assertThat(problem("no/makefile/a.o")).isEmpty();
    }
}
