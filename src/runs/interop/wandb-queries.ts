/** What is there of a run; everything else that W&B's SDK asks for when it resumes one is of no use here. */
export const resumeQuery = `
query RunResumeStatus($project: String, $entity: String, $name: String!) {
  model(name: $project, entityName: $entity) {
    bucket(name: $name, missingOk: true) {
      id
      name
      summaryMetrics
      historyLineCount
      historyTail
      config
      tags
      notes
    }
  }
}`;

/** Answer to {@link resumeQuery}. */
export interface ResumeStatus {
  readonly id: string;
  readonly name: string;
  /** Extended JSON: one object. */
  readonly summaryMetrics?: string | null;
  /** Lines of history that are there. */
  readonly historyLineCount?: number | null;
  /** JSON: the last lines of history, each a text of extended JSON. */
  readonly historyTail?: string | null;
  /** Extended JSON: key → `{value}`. */
  readonly config?: string | null;
  readonly tags?: readonly string[] | null;
  readonly notes?: string | null;
}

/** Makes a run or changes it. Of a run's many fields only those that exp sets, and of the answer what it needs. */
export const upsertMutation = `
mutation UpsertBucket($id: String, $name: String, $project: String, $entity: String, $groupName: String, $displayName: String, \
$notes: String, $commit: String, $config: JSONString, $host: String, $program: String, $repo: String, $jobType: String, $tags: [String!]) {
  upsertBucket(input: {id: $id, name: $name, groupName: $groupName, modelName: $project, entityName: $entity, \
displayName: $displayName, notes: $notes, config: $config, commit: $commit, host: $host, jobProgram: $program, jobRepo: $repo, \
jobType: $jobType, tags: $tags}) {
    bucket {
      id
      name
      project {
        name
        entity {
          name
        }
      }
    }
    inserted
  }
}`;

/** Of {@link upsertMutation}; null leaves a field as it is. */
export interface UpsertVariables {
  /** The server's own, of a run that is there. */
  readonly id: string | null;
  /** The run's id in addresses. */
  readonly name: string;
  readonly project: string;
  /** Null: that of the key's owner. */
  readonly entity: string | null;
  readonly groupName: string | null;
  readonly displayName: string | null;
  readonly notes: string | null;
  readonly commit: string | null;
  /** Extended JSON: key → `{value}`. */
  readonly config: string;
  readonly host: string | null;
  readonly program: string | null;
  readonly repo: string | null;
  readonly jobType: string | null;
  readonly tags: readonly string[] | null;
}
