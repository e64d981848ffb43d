package io.github.kpatch.mojo;

import io.github.kpatch.host.Console;
import io.github.kpatch.host.HeartbeatProgress;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.stages.BuildContext;
import io.github.kpatch.stages.Goals;
import io.github.kpatch.stages.KernelChoice;
import io.github.kpatch.stages.ProjectConfig;
import io.github.kpatch.stages.WantedKernel;
import io.github.kpatch.stages.WantedModules;
import io.github.kpatch.stages.WantedSignature;
import java.io.File;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.inject.Inject;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.project.MavenProject;
import org.apache.maven.settings.crypto.SettingsDecrypter;
import org.eclipse.aether.RepositorySystem;

/** What the goals of a patch project have in common: the project, its kernel, its workspace and the cache. */
abstract class AbstractProjectMojo extends AbstractKpatchMojo {
    /** The project's folder of patch sources, which holds {@code patches} and {@code kernel.config}. */
    static final String SOURCES = "${project.basedir}/src/main/kpatch";

    @Parameter(defaultValue = "${project}", readonly = true, required = true)
    private MavenProject project;

    /**
     * The kernel to be patched: {@code release}, and where it comes from: {@code kit}, or {@code source}, {@code config}, {@code
     * vmlinux}, {@code symvers}, {@code modulesDirectory}, {@code bootImage}, {@code sha256} of the source. What is not
     * given comes from the distribution's packages of that release.
     */
    @Parameter
    private KernelParameters kernel;

    /**
     * Several kernels to be patched, in place of {@code kernel}: each {@code kernel} in it has its {@code release} and what
     * else {@code kernel} may say. Each gets a module of its own, in a folder of {@code target} that is named by the release,
     * as is the module's classifier. {@code kpatch.release} takes one of them alone.
     */
    @Parameter
    private List<KernelParameters> kernels;

    /**
     * Modules that were built outside of the kernel's tree, where these are patched and not the kernel: {@code source}, the
     * folder they were built in, {@code modules}, their {@code .ko} files and those of out-of-tree modules they need, and
     * {@code symvers}, {@code Module.symvers} of their builds. Patches are of files in {@code source}.
     */
    @Parameter
    private OutOfTreeParameters outOfTree;

    /** Takes the place of {@code source} in {@code outOfTree}: the folder that the modules were built in. */
    @Parameter(property = "kpatch.outOfTree.source")
    private File outOfTreeSource;

    /** Takes the place of {@code modules} in {@code outOfTree}: {@code .ko} files, with commas between them. */
    @Parameter(property = "kpatch.outOfTree.modules")
    private List<File> outOfTreeModules;

    /** Takes the place of {@code symvers} in {@code outOfTree}: files, with commas between them. */
    @Parameter(property = "kpatch.outOfTree.symvers")
    private List<File> outOfTreeSymvers;

    /** Takes the place of {@code release} in {@code kernel}: what {@code uname -r} prints on the machines to be patched. */
    @Parameter(property = "kpatch.release")
    private String release;

    /** Takes the place of {@code kit} in {@code kernel}: a kernel kit, {@code groupId:artifactId:version}. */
    @Parameter(property = "kpatch.kit")
    private String kit;

    /**
     * Takes the place of {@code source} in {@code kernel}: a source folder, archive, package or {@code .dsc}, or the coordinates
     * of an artifact, {@code groupId:artifactId:extension[:classifier]:version}.
     */
    @Parameter(property = "kpatch.source")
    private String source;

    /** Takes the place of {@code config} in {@code kernel}: the config the kernel was built with. */
    @Parameter(property = "kpatch.config")
    private File config;

    /** Takes the place of {@code vmlinux} in {@code kernel}: the kernel's ELF file with debug information. */
    @Parameter(property = "kpatch.vmlinux")
    private File vmlinux;

    /** Takes the place of {@code symvers} in {@code kernel}: the kernel's {@code Module.symvers}. */
    @Parameter(property = "kpatch.symvers")
    private File symvers;

    /** Takes the place of {@code modulesDirectory} in {@code kernel}: the folder with the kernel's modules. */
    @Parameter(property = "kpatch.modulesDirectory")
    private File modulesDirectory;

    /** Takes the place of {@code bootImage} in {@code kernel}: the kernel's {@code vmlinuz}. */
    @Parameter(property = "kpatch.bootImage")
    private File bootImage;

    /** Takes the place of {@code sha256} in {@code kernel}: what the SHA-256 of the source's file must be. */
    @Parameter(property = "kpatch.sha256")
    private String sha256;

    /** The compiler, a name on the {@code PATH} or a path; by default the one that the kernel's config names. */
    @Parameter(property = "kpatch.compiler")
    private String compiler;

    /**
     * A program that calls the compiler for objects, a name on the {@code PATH} or a path: {@code ccache}, {@code sccache},
     * {@code distcc} or {@code icecc}. It sees the variables of the environment that are for it. Objects of another compiler
     * than the kernel's are refused.
     */
    @Parameter(property = "kpatch.compilerLauncher")
    private String compilerLauncher;

    /** Whether objects keep their debug information. */
    @Parameter(property = "kpatch.debugInfo", defaultValue = "false")
    private boolean debugInfo;

    /**
     * Whether the distribution's debug package, the largest download by far, is used: {@code auto} takes symbols and
     * sizes out of the boot image and the modules as shipped, and brings the package for a patch that these cannot
     * decide about; {@code never} refuses such a patch; {@code always} takes all from the package.
     */
    @Parameter(property = "kpatch.debugPackage", defaultValue = "auto")
    private String debugPackage;

    /**
     * The distribution whose kernels are meant, by its name in the README's table; by default the one that
     * {@code /etc/os-release} names.
     */
    @Parameter(property = "kpatch.distribution")
    private String distribution;

    /** The configuration file that dnf is to use, where packages come from other repositories than the machine's own. */
    @Parameter(property = "kpatch.dnfConfig")
    private File dnfConfig;

    /** The configuration file that apt is to use, where packages come from other archives than the machine's own. */
    @Parameter(property = "kpatch.aptConfig")
    private File aptConfig;

    /**
     * A table of distributions that is laid over the plugin's own, in the same form: for a distribution that the plugin does not
     * know, or whose packages have got other names.
     */
    @Parameter(property = "kpatch.distributionTable")
    private File distributionTable;

    /** Where prepared kernels are kept for all builds; {@code ~/.cache/kpatch-maven} by default. */
    @Parameter(property = "kpatch.cache")
    private File cache;

    /**
     * The key that modules are signed by, where they are to be: {@code key} (PEM), {@code keystore} (PKCS#12) or {@code
     * pkcs11}, {@code certificate}, {@code alias}, and {@code server}, which names the server in {@code settings.xml} that
     * has the password, encrypted. Without a server the password is taken from {@code KPATCH_SIGNING_PASSWORD} in the
     * environment.
     */
    @Parameter
    private SigningParameters signing;

    /** Takes the place of {@code key} in {@code signing}: a PEM file with the private key. */
    @Parameter(property = "kpatch.signing.key")
    private File signingKey;

    /** Takes the place of {@code certificate} in {@code signing}: the key's certificate. */
    @Parameter(property = "kpatch.signing.certificate")
    private File signingCertificate;

    /** Takes the place of {@code keystore} in {@code signing}: a PKCS#12 file. */
    @Parameter(property = "kpatch.signing.keystore")
    private File signingKeystore;

    /** Takes the place of {@code pkcs11} in {@code signing}: the configuration file of Java's PKCS#11 provider. */
    @Parameter(property = "kpatch.signing.pkcs11")
    private File signingToken;

    /** Takes the place of {@code alias} in {@code signing}: which entry of the keystore or the token. */
    @Parameter(property = "kpatch.signing.alias")
    private String signingAlias;

    /** Takes the place of {@code server} in {@code signing}: the server in {@code settings.xml} with the password. */
    @Parameter(property = "kpatch.signing.server")
    private String signingServer;

    @Inject
    private SettingsDecrypter decrypter;

    @Inject
    private RepositorySystem repositories;

    /**
     * The target's config as the project holds it; {@code kernel.lock} lies beside it. Of several {@code kernels} each has
     * the two files in a folder there that is named by its release.
     */
    @Parameter(property = "kpatch.kernelConfig", defaultValue = SOURCES + "/kernel.config")
    private File kernelConfig;

    final MavenProject project() {
        return project;
    }

    /**
     * The stages as goals, where they are about no kernel of the project.
     *
     * @throws ProblemException KP109 for a project whose folder Maven itself cannot name
     */
    final Goals goals() {
        checkFolder();
        return new Goals(context());
    }

    private void checkFolder() {
        File folder = project.getBasedir();
        if (folder != null && File.separatorChar != '\\' && folder.getPath().indexOf('\\') >= 0) {
            throw ProblemException.input(new Problem(
                    ProblemCode.PATH_NOT_PLAIN,
                    folder.toString(),
                    "Maven takes a backslash in the paths of parameters for a slash, which makes it another folder.",
                    "Rename the folder."));
        }
    }

    /** What stages work with. */
    final BuildContext context() {
        return BuildContext.of(
                workDirectory(),
                cache(),
                pluginVersion(),
                runner(),
                progress(),
                console(),
                jobs(),
                launcher(),
                distribution(),
                dnfConfig(),
                aptConfig(),
                distributionTable());
    }

    /** Whether the project says {@code kernels}. */
    final boolean isForSeveralKernels() {
        return kernels != null;
    }

    /**
     * The kernel of the project that a goal works on which works on one.
     *
     * @throws ProblemException KP106 and KP201 when the project does not say which; KP109
     */
    final ProjectKernel oneKernel() {
        if (isForSeveralKernels()) {
            return kernel(choice().one(), jobs());
        }
        checkFolder();
        return new ProjectKernel(
                Optional.empty(), List.of(), wanted(kernel), new ProjectConfig(kernelConfig.toPath()), context());
    }

    /**
     * The releases of those of the project's {@code kernels} that are worked on.
     *
     * @throws ProblemException KP106 and KP201 with everything that is wrong with them
     */
    final List<String> releases() {
        return choice().chosen();
    }

    /**
     * One of the project's {@code kernels}.
     *
     * @param share how many processes or threads may work for it at once
     * @throws ProblemException KP109
     */
    final ProjectKernel kernel(String of, int share) {
        checkFolder();
        KernelParameters given = kernels.stream()
                .filter(one -> one.release().equals(of))
                .findFirst()
                .orElseThrow();
        Console console = consoleOf(of);
        return new ProjectKernel(
                Optional.of(of),
                kernels.stream().map(KernelParameters::release).toList(),
                wanted(given),
                new ProjectConfig(kernelConfig.toPath().resolveSibling(of).resolve(kernelConfig.getName())),
                BuildContext.of(
                        workDirectory(of),
                        cache(),
                        pluginVersion(),
                        runner(),
                        new HeartbeatProgress(console::info),
                        console,
                        share,
                        launcher(),
                        distribution(),
                        dnfConfig(),
                        aptConfig(),
                        distributionTable()));
    }

    /** Where goals leave what they make for one of the project's {@code kernels}. */
    final Path workDirectory(String of) {
        return workDirectory().resolve(of);
    }

    private Optional<String> launcher() {
        return Optional.ofNullable(compilerLauncher).filter(name -> !name.isBlank());
    }

    private Optional<String> distribution() {
        return Optional.ofNullable(distribution).filter(name -> !name.isBlank());
    }

    private Optional<Path> distributionTable() {
        return Optional.ofNullable(distributionTable).map(File::toPath);
    }

    private Optional<Path> aptConfig() {
        return Optional.ofNullable(aptConfig).map(File::toPath);
    }

    private Optional<Path> dnfConfig() {
        return Optional.ofNullable(dnfConfig).map(File::toPath);
    }

    /** The cache that the user wants. */
    final Optional<Path> cache() {
        return Optional.ofNullable(cache).map(File::toPath);
    }

    /** The kernel that the project is for. */
    final WantedKernel wantedKernel() {
        return oneKernel().wanted();
    }

    private WantedKernel wanted(KernelParameters given) {
        Optional<KernelParameters> pom = Optional.ofNullable(given);
        return new WantedKernel(
                text(release, pom.map(KernelParameters::release)),
                text(kit, pom.map(KernelParameters::kit)).map(kitArtifacts()::kit),
                text(source, pom.map(KernelParameters::source)).map(sourceParameter()::locate),
                file(config, pom.map(KernelParameters::config)),
                file(vmlinux, pom.map(KernelParameters::vmlinux)),
                file(symvers, pom.map(KernelParameters::symvers)),
                file(modulesDirectory, pom.map(KernelParameters::modulesDirectory)),
                file(bootImage, pom.map(KernelParameters::bootImage)),
                text(sha256, pom.map(KernelParameters::sha256)),
                Optional.ofNullable(compiler).filter(name -> !name.isBlank()),
                debugPackage,
                session().isOffline(),
                debugInfo,
                wantedModules());
    }

    /** The signature that the project's modules get; empty where they get none. */
    final Optional<WantedSignature> signature() {
        SigningParameters pom = Optional.ofNullable(signing).orElseGet(SigningParameters::new);
        WantedSignature wanted = new WantedSignature(
                file(signingKey, Optional.ofNullable(pom.key())),
                file(signingCertificate, Optional.ofNullable(pom.certificate())),
                file(signingKeystore, Optional.ofNullable(pom.keystore())),
                file(signingToken, Optional.ofNullable(pom.pkcs11())),
                text(signingAlias, Optional.ofNullable(pom.alias())),
                new SigningPassword(
                        text(signingServer, Optional.ofNullable(pom.server())),
                        session().getSettings(),
                        decrypter));
        return wanted.isGiven() || signing != null ? Optional.of(wanted) : Optional.empty();
    }

    /** Kernel kits in the project's repositories. */
    final KitArtifacts kitArtifacts() {
        return new KitArtifacts(artifactFiles());
    }

    /** Files of artifacts in the project's repositories. */
    final ArtifactFiles artifactFiles() {
        return new ArtifactFiles(
                repositories, session().getRepositorySession(), project.getRemoteProjectRepositories());
    }

    private SourceParameter sourceParameter() {
        Path folder = Optional.ofNullable(project.getBasedir())
                .map(File::toPath)
                .orElseGet(() -> Path.of("").toAbsolutePath());
        return new SourceParameter(folder, artifactFiles());
    }

    private KernelChoice choice() {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("kpatch.kit", kit);
        properties.put("kpatch.source", source);
        properties.put("kpatch.config", config);
        properties.put("kpatch.vmlinux", vmlinux);
        properties.put("kpatch.symvers", symvers);
        properties.put("kpatch.modulesDirectory", modulesDirectory);
        properties.put("kpatch.bootImage", bootImage);
        properties.put("kpatch.sha256", sha256);
        properties.put("outOfTree", wantedModules().equals(WantedModules.NONE) ? null : wantedModules());
        properties.values().removeIf(Objects::isNull);
        return KernelChoice.of(
                kernels.stream()
                        .map(one -> text(one.release(), Optional.empty()))
                        .toList(),
                kernel != null,
                text(release, Optional.empty()),
                List.copyOf(properties.keySet()));
    }

    private WantedModules wantedModules() {
        OutOfTreeParameters pom = Optional.ofNullable(outOfTree).orElseGet(OutOfTreeParameters::new);
        return new WantedModules(
                Optional.ofNullable(outOfTreeSource)
                        .or(() -> Optional.ofNullable(pom.source()))
                        .map(File::toPath),
                files(outOfTreeModules, pom.modules()),
                files(outOfTreeSymvers, pom.symvers()));
    }

    private static List<Path> files(List<File> property, List<File> element) {
        return (property == null || property.isEmpty() ? element : property)
                .stream().map(File::toPath).toList();
    }

    private static Optional<Path> file(File property, Optional<File> element) {
        return Optional.ofNullable(property).or(() -> element).map(File::toPath);
    }

    private static Optional<String> text(String property, Optional<String> element) {
        return Optional.ofNullable(property).or(() -> element).filter(value -> !value.isBlank());
    }
}
