import io.github.kpatch.it.MavenRun

// From the kernel's source to a module, by way of a working copy: edit, change, capture, package.

def maven(String... arguments) {
    return MavenRun.in(basedir, localRepositoryPath, arguments)
}

def edit = new File(basedir, 'edit')
def numbers = new File(edit, 'kernel/numbers.c')
assert numbers.text.contains('return 8;') && new File(edit, 'drivers/toy/toy_counter.c').isFile()
assert !new File(edit, 'kernel/version.c').exists()

def nothing = maven('kpatch:capture')
assert !nothing.well && nothing.said.contains('KP332') : nothing.said

numbers.text = numbers.text.replace('return 8;', 'return 81;')
def captured = maven('kpatch:capture', '-Dkpatch.subject=numbers: many more toys', '-Dkpatch.author=An Author <author@example.org>', 'package')
assert captured.well : captured.said
def patch = new File(basedir, 'src/main/kpatch/patches/0002-numbers-many-more-toys.patch').text
assert patch.startsWith('From: An Author <author@example.org>\nSubject: [PATCH] numbers: many more toys\n\n---\n')
assert patch.contains('\n-\treturn 8;\n+\treturn 81;\n')
assert new File(basedir, 'src/main/kpatch/patches/series').readLines() == ['numbers.patch', '0002-numbers-many-more-toys.patch']
assert captured.said.contains('Checked 2 patches') && captured.said.contains('changed function: number_of_toys')
assert new File(basedir, 'target/kpatch-edit-and-capture.ko').isFile()
assert numbers.text.contains('return 81;')
return true
