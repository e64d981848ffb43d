package io.github.kpatch.delivery;

import io.github.kpatch.kernel.CveId;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.cyclonedx.Version;
import org.cyclonedx.exception.GeneratorException;
import org.cyclonedx.generators.BomGeneratorFactory;
import org.cyclonedx.model.Bom;
import org.cyclonedx.model.Component;
import org.cyclonedx.model.Dependency;
import org.cyclonedx.model.Hash;
import org.cyclonedx.model.Issue;
import org.cyclonedx.model.License;
import org.cyclonedx.model.LicenseChoice;
import org.cyclonedx.model.Metadata;
import org.cyclonedx.model.OrganizationalEntity;
import org.cyclonedx.model.Patch;
import org.cyclonedx.model.Pedigree;
import org.cyclonedx.model.Property;
import org.cyclonedx.model.metadata.ToolInformation;
import org.cyclonedx.model.vulnerability.Vulnerability;

/**
 * The bill of materials of a module, as CycloneDX, with what is known of vulnerabilities in it: the module, whose pedigree
 * names the patches, and the kernel that it is for.
 *
 * <p>Source: the CycloneDX specification 1.6.
 */
public final class CycloneDx {
    /** The version of the specification that is written. */
    public static final Version VERSION = Version.VERSION_16;

    private static final String LICENSE = "GPL-2.0-only";

    private final Shipment shipment;
    private final Manifest manifest;

    private CycloneDx(Shipment shipment) {
        this.shipment = shipment;
        this.manifest = shipment.manifest();
    }

    /** The bill of materials as JSON. */
    public static String of(Shipment shipment) {
        Bom bom = new CycloneDx(shipment).bom();
        try {
            return BomGeneratorFactory.createJson(VERSION, bom).toJsonString() + "\n";
        } catch (GeneratorException e) {
            throw new IllegalStateException(e);
        }
    }

    private Bom bom() {
        Bom bom = new Bom();
        bom.setSerialNumber(shipment.name("cyclonedx"));
        bom.setVersion(1);
        bom.setMetadata(metadata());
        bom.setComponents(List.of(kernel()));
        Dependency module = new Dependency(shipment.module());
        module.addDependency(new Dependency(shipment.kernel()));
        bom.setDependencies(List.of(module, new Dependency(shipment.kernel())));
        List<Vulnerability> vulnerabilities = new ArrayList<>();
        manifest.cves().forEach(cve -> vulnerabilities.add(mended(cve)));
        manifest.notLivepatchable().forEach(cve -> vulnerabilities.add(open(cve)));
        if (!vulnerabilities.isEmpty()) {
            bom.setVulnerabilities(vulnerabilities);
        }
        return bom;
    }

    private Metadata metadata() {
        Metadata metadata = new Metadata();
        metadata.setTimestamp(shipment.time().map(Date::from).orElse(null));
        String[] maker = manifest.madeBy().split(":");
        Component plugin = component(Component.Type.APPLICATION, maker[1], maker[2], shipment.maker());
        plugin.setGroup(maker[0]);
        ToolInformation tools = new ToolInformation();
        tools.setComponents(List.of(plugin));
        metadata.setToolChoice(tools);
        OrganizationalEntity supplier = new OrganizationalEntity();
        supplier.setName(shipment.author());
        metadata.setSupplier(supplier);
        metadata.setComponent(module());
        return metadata;
    }

    private Component module() {
        Manifest.Coordinates artifact = manifest.coordinates();
        Component module =
                component(Component.Type.LIBRARY, artifact.artifactId(), artifact.version(), shipment.module());
        module.setGroup(artifact.groupId());
        module.addHash(new Hash(Hash.Algorithm.SHA_256, manifest.module().sha256()));
        module.setLicenses(license());
        Pedigree pedigree = new Pedigree();
        pedigree.setPatches(manifest.patches().stream().map(CycloneDx::patch).toList());
        module.setPedigree(pedigree);
        property(module, "module:file", manifest.module().file());
        manifest.patches().forEach(patch -> property(module, "patch", patch.name() + " sha256:" + patch.sha256()));
        manifest.objects()
                .forEach(object -> object.sources().stream()
                        .flatMap(source -> source.changedFunctions().stream())
                        .forEach(function -> property(module, "replaces", object.name() + ":" + function)));
        return module;
    }

    /** What changes a running kernel is a monkey patch, in the specification's words. */
    private static Patch patch(Manifest.Patch written) {
        Patch patch = new Patch();
        patch.setType(Patch.Type.MONKEY);
        if (!written.cves().isEmpty()) {
            patch.setResolves(written.cves().stream().map(CycloneDx::issue).toList());
        }
        return patch;
    }

    private static Issue issue(CveId cve) {
        Issue issue = new Issue();
        issue.setType(Issue.Type.SECURITY);
        issue.setId(cve.value());
        return issue;
    }

    private Component kernel() {
        Manifest.Kernel target = manifest.kernel();
        Component kernel = component(Component.Type.OPERATING_SYSTEM, "linux", target.release(), shipment.kernel());
        kernel.setDescription(target.banner());
        kernel.setLicenses(license());
        property(kernel, "kernel:architecture", target.architecture());
        property(kernel, "kernel:compiler", target.compiler());
        property(kernel, "kernel:config:sha256", target.configSha256());
        property(kernel, "kernel:source:version", target.sourceVersion());
        property(kernel, "kernel:source:sha256", target.sourceSha256());
        return kernel;
    }

    private static Component component(Component.Type type, String name, String version, String url) {
        Component component = new Component();
        component.setType(type);
        component.setBomRef(url);
        component.setName(name);
        component.setVersion(version);
        component.setPurl(url);
        return component;
    }

    private static LicenseChoice license() {
        License license = new License();
        license.setId(LICENSE);
        LicenseChoice choice = new LicenseChoice();
        choice.addLicense(license);
        return choice;
    }

    private static void property(Component component, String name, String value) {
        component.addProperty(new Property("kpatch:" + name, value));
    }

    private Vulnerability mended(CveId cve) {
        Vulnerability.Analysis analysis = analysis(Vulnerability.Analysis.State.RESOLVED, shipment.mended());
        return vulnerability(cve, analysis, shipment.module());
    }

    private Vulnerability open(CveId cve) {
        Vulnerability.Analysis analysis = analysis(Vulnerability.Analysis.State.EXPLOITABLE, shipment.reboot());
        analysis.setResponses(List.of(Vulnerability.Analysis.Response.UPDATE));
        return vulnerability(cve, analysis, shipment.kernel());
    }

    private static Vulnerability.Analysis analysis(Vulnerability.Analysis.State state, String detail) {
        Vulnerability.Analysis analysis = new Vulnerability.Analysis();
        analysis.setState(state);
        analysis.setDetail(detail);
        return analysis;
    }

    /**
     * What is known of a vulnerability.
     *
     * @param component what it is said of: never that the kernel were mended, which without the module is as it was
     */
    private static Vulnerability vulnerability(CveId cve, Vulnerability.Analysis analysis, String component) {
        Vulnerability.Affect affect = new Vulnerability.Affect();
        affect.setRef(component);
        Vulnerability vulnerability = new Vulnerability();
        vulnerability.setBomRef(cve.value());
        vulnerability.setId(cve.value());
        vulnerability.setAnalysis(analysis);
        vulnerability.setAffects(List.of(affect));
        return vulnerability;
    }
}
