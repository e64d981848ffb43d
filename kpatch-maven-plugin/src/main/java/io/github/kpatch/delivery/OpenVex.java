package io.github.kpatch.delivery;

import io.github.kpatch.host.Json;
import io.github.kpatch.kernel.CveId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What scanners are told of vulnerabilities: which of them the module mends in the kernel it is for, and which of them no
 * live patch can mend. The product is the module with the kernel as a part of it, never the kernel alone, for without the
 * module it is as vulnerable as before.
 *
 * <p>Source: the OpenVEX specification 0.2.0.
 */
public final class OpenVex {
    private OpenVex() {}

    /**
     * Whether there is something to say. A document needs a statement, and the time at which it was true.
     */
    public static boolean isPossible(Shipment shipment) {
        return shipment.time().isPresent()
                && !(shipment.manifest().cves().isEmpty()
                        && shipment.manifest().notLivepatchable().isEmpty());
    }

    /**
     * The document as JSON.
     *
     * @throws java.util.NoSuchElementException where there is nothing to say
     */
    public static String of(Shipment shipment) {
        Instant time = shipment.time().orElseThrow();
        List<Object> statements = new ArrayList<>();
        for (CveId cve : shipment.manifest().cves()) {
            statements.add(statement(shipment, cve, "fixed", "status_notes", shipment.mended()));
        }
        for (CveId cve : shipment.manifest().notLivepatchable()) {
            statements.add(statement(shipment, cve, "affected", "action_statement", shipment.reboot()));
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("@context", "https://openvex.dev/ns/v0.2.0");
        document.put("@id", shipment.name("openvex"));
        document.put("author", shipment.author());
        document.put("timestamp", time.toString());
        document.put("version", 1);
        document.put("tooling", shipment.manifest().madeBy());
        document.put("statements", statements);
        return Json.write(document);
    }

    private static Map<String, Object> statement(
            Shipment shipment, CveId cve, String status, String remark, String text) {
        Map<String, Object> product = component(shipment.module());
        product.put("hashes", Map.of("sha-256", shipment.manifest().module().sha256()));
        product.put("subcomponents", List.of(component(shipment.kernel())));
        Map<String, Object> statement = new LinkedHashMap<>();
        statement.put("vulnerability", Map.of("name", cve.value()));
        statement.put("products", List.of(product));
        statement.put("status", status);
        statement.put(remark, text);
        return statement;
    }

    private static Map<String, Object> component(String url) {
        Map<String, Object> component = new LinkedHashMap<>();
        component.put("@id", url);
        component.put("identifiers", Map.of("purl", url));
        return component;
    }
}
