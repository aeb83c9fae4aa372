import { builder } from '#src/api/builder.ts';
import { badInput, UserError } from '#src/errors.ts';
import { MergeRunType } from '#src/models/merge.ts';
import { launchFields, launchRun } from '#src/runs/mutation.ts';
import { runId } from '#src/runs/schema.ts';
import { loadSweep, mergeInputs } from './load.ts';

const MaterialiseSweepPointInput = builder.inputType('MaterialiseSweepPointInput', {
  fields: (t) => ({
    ...launchFields(t, 'the merged model'),
    run: t.id({ required: true, description: 'The sweep.' }),
    point: t.int({ description: 'Index of a point; left out: the best.' }),
  }),
});

builder.mutationField('materialiseSweepPoint', (t) =>
  t.field({
    type: MergeRunType,
    description: 'Makes a point of a sweep a model. The merge uses the sweep, which lineage shows.',
    args: { input: t.arg({ type: MaterialiseSweepPointInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const id = runId(input.run);
      const sweep = await loadSweep(context, id);
      if (!sweep) {
        const message = `run ${id} is no sweep that has succeeded`;
        throw new UserError('CONFLICT', message, [{ path: 'input.run', message }]);
      }
      const index = input.point ?? sweep.best;
      if (index === null)
        throw badInput('input.point', 'the sweep chose no point, for none was eligible: name one');
      const point = sweep.points[index];
      if (!point)
        throw badInput(
          'input.point',
          `there is no point ${index}; there are 0 to ${sweep.points.length - 1}`,
        );
      const { weights } = point.merge;
      const inputs = mergeInputs(sweep);
      const models = inputs.filter(({ role }) => role === 'model');
      const weightOf = (input: (typeof inputs)[number]) => {
        const weight = weights?.[models.indexOf(input)];
        return typeof weight === 'number' ? { weight } : {};
      };
      return launchRun(context, input, {
        kind: 'MERGE',
        params: point.merge,
        inputs: [...inputs, { role: 'sweep', digest: sweep.digest }],
        used: [
          ...inputs.map((of) => ({ kind: 'MODEL' as const, ...of, ...weightOf(of) })),
          { kind: 'ARTIFACT', digest: sweep.digest, role: 'sweep' },
        ],
        makes: 'MODEL',
      });
    },
  }),
);
