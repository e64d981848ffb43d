package io.github.kpatch.mojo;

import io.github.kpatch.stages.Stage;
import java.util.List;
import java.util.stream.Stream;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.lifecycle.LifecycleExecutor;
import org.apache.maven.plugin.MojoExecution;

/** Whether Maven, in the project that it is at, comes to another goal that can fail for what went wrong in this one. */
final class LaterGoals {
    private LaterGoals() {}

    /**
     * Looks at what Maven is asked to do.
     *
     * @param now the goal at work
     * @return false, too, where that cannot be told
     */
    static boolean follow(MojoExecution now, MavenSession session, LifecycleExecutor lifecycle) {
        try {
            List<MojoExecution> stages = lifecycle
                    .calculateExecutionPlan(session, session.getGoals().toArray(String[]::new))
                    .getMojoExecutions()
                    .stream()
                    .filter(execution -> isStage(execution, now))
                    .toList();
            int own = stages.stream().map(LaterGoals::name).toList().lastIndexOf(name(now));
            return own >= 0 && own < stages.size() - 1;
        } catch (Exception unknown) {
            return false;
        }
    }

    private static boolean isStage(MojoExecution execution, MojoExecution now) {
        return execution.getGroupId().equals(now.getGroupId())
                && execution.getArtifactId().equals(now.getArtifactId())
                && Stream.of(Stage.values()).anyMatch(stage -> stage.goal().equals(execution.getGoal()));
    }

    private static String name(MojoExecution execution) {
        return execution.getGoal() + " " + execution.getExecutionId();
    }
}
