package io.github.kpatch.patch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class PatchHeaderTest {
    private static final String DIFF =
            "diff --git a/fs/a.c b/fs/a.c\n--- a/fs/a.c\n+++ b/fs/a.c\n@@ -1 +1 @@\n-a\n+CVE-2026-9999\n";

    private static PatchHeader of(String header) {
        return PatchHeader.of(
                new String((header + DIFF).getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    }

    private static void says(PatchHeader header, String subject, String author, String... cves) {
        assertThat(header.subject().orElse("-")).isEqualTo(subject);
        assertThat(header.author().orElse("-")).isEqualTo(author);
        assertThat(header.cves()).extracting(Object::toString).isEqualTo(List.of(cves));
    }

    @Test
    void ofMail() {
        says(of("""
                        From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001
                        From: =?UTF-8?q?J=C3=BCrgen?= =?UTF-8?B?IEdyb8Of?= <j@example.org>
                        Date: Fri, 1 Jan 2026 00:00:00 +0000
                        Subject: [PATCH 6.1 12/34] proc: count what
                         is shown

                        This is CVE-2026-1234.

                        Reported-by: Somebody <s@example.org>
                        ---
                         fs/a.c | 2 +-
                         1 file changed, 1 insertion(+), 1 deletion(-)

                        """), "proc: count what is shown", "Jürgen Groß <j@example.org>", "CVE-2026-1234");
    }

    @Test
    void ofMailThatPassesOnAnothersPatch() {
        says(of("""
                        From: Maintainer <m@example.org>
                        Subject: [PATCH] one thing

                        From: Author <a@example.org>

                        Text.
                        From: nobody at all
                        ---
                        """), "one thing", "Author <a@example.org>");
    }

    @Test
    void ofGitShow() {
        says(of("""
                        commit 0123456789012345678901234567890123456789
                        Author: Äuthor <a@example.org>
                        Date:   Fri Jan 1 00:00:00 2026 +0000

                            numbers: one toy more

                            CVE-2026-0002, CVE-2026-0001

                        """), "numbers: one toy more", "Äuthor <a@example.org>", "CVE-2026-0001", "CVE-2026-0002");
    }

    @Test
    void ofADistribution() {
        says(
                of("Description: Mend it\n so that it works\nAuthor: A <a@example.org>\nOrigin: upstream\n"),
                "Mend it so that it works",
                "A <a@example.org>");
    }

    @Test
    void ofAPlainText() {
        says(of("numbers: one toy more\n\nSPDX-License-Identifier: GPL-2.0-only\n\n"), "numbers: one toy more", "-");
    }

    @Test
    void ofNothing() {
        says(of(""), "-", "-");
    }

    @Test
    void ofOldEncodings() {
        assertThat(PatchHeader.of("J\u00fcrgen's change\n" + DIFF).subject()).contains("Jürgen's change");
    }

    @Test
    void whatCannotBeDecodedStays() {
        says(of("Subject: one =?nonsense?q?a?=\n"), "one =?nonsense?q?a?=", "-");
    }
}
