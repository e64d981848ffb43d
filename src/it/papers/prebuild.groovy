// An earlier run's artifacts would be taken for this run's.
new File(localRepositoryPath, 'io/github/kpatch/it/papers').deleteDir()
new File(basedir, 'repository').deleteDir()
return true
