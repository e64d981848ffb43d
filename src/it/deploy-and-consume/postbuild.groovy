def made = new File(basedir, 'target/kpatch-deploy-and-consume.ko')
def deployed = new File(basedir, 'target/repository/io/github/kpatch/it/deploy-and-consume/1.0/deploy-and-consume-1.0.ko')
def consumed = new File(basedir, 'consumer/target/dependency/deploy-and-consume-1.0.ko')
assert made.bytes == deployed.bytes
assert made.bytes == consumed.bytes
return true
