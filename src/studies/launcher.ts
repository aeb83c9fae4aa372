import { type DocumentNode, execute, type GraphQLSchema, parse } from 'graphql';
import type { Context } from '#src/api/context.ts';
import { userErrorOf } from '#src/api/errors.ts';
import { runId } from '#src/runs/schema.ts';
import type { Step } from './plan.ts';

/**
 * Steps are launched by the mutations that everybody uses, executed in-process: the same defaults, checks and words,
 * and no second way to start a run.
 */
const mutation = (field: string, type: string) =>
  parse(`mutation ($input: ${type}!) { run: ${field}(input: $input) { id } }`);

const documents: Record<Step['kind'], DocumentNode> = {
  TRAINING: mutation('launchTraining', 'LaunchTrainingInput'),
  MERGE: mutation('launchMerge', 'LaunchMergeInput'),
  EVALUATION: mutation('launchEvaluation', 'LaunchEvaluationInput'),
};

/** Id of the run that was launched, or that stands for the recipe. Throws what the mutation answers. */
export async function launchStep(
  schema: GraphQLSchema,
  context: Context,
  kind: Step['kind'],
  input: object,
): Promise<string> {
  const { data, errors } = await execute({
    schema,
    document: documents[kind],
    variableValues: { input },
    contextValue: { ...context },
  });
  if (errors?.length) {
    const [{ originalError, message }] = errors;
    throw userErrorOf(originalError) ?? originalError ?? new Error(message);
  }
  return runId((data as { run: { id: string } }).run.id);
}
