// An earlier run's kit, of an earlier run's toy kernel, would be taken for this run's.
new File(localRepositoryPath, 'io/github/kpatch/it/toy-kit').deleteDir()
return true
