package io.github.kpatch.mojo;

import java.io.File;
import java.util.List;

/** What a project's POM says in {@code <outOfTree>}. Maven fills the fields, whose names are those of the XML elements. */
public class OutOfTreeParameters {
    /** The folder that the modules were built in; never written to. */
    private File source;

    /** The modules' files. */
    private List<File> modules = List.of();

    /** {@code Module.symvers} of their builds. */
    private List<File> symvers = List.of();

    File source() {
        return source;
    }

    List<File> modules() {
        return modules;
    }

    List<File> symvers() {
        return symvers;
    }
}
