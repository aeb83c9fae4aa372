import { badInput } from '#src/errors.ts';
import type { TrainingParams } from '#src/recipes/training.ts';
import type { ModelConfig } from '../encoder/model.ts';
import type { Teacher } from './learner.ts';
import type { Objective } from './loss.ts';

/** What the recipe asks of the model, checked against what the model is. */
export function objectiveOf(params: TrainingParams, config: ModelConfig, teacher: Teacher | null): Objective {
  const { temperature, symmetric = false, matryoshka = [], distillation } = params;
  checkPrefixes(matryoshka, config.dimension);
  checkParts(params, config);
  if (distillation && distillation.contrastive === 0 && (symmetric || matryoshka.length > 0))
    throw badInput(
      symmetric ? 'symmetric' : 'matryoshka',
      'symmetric and matryoshka are about the contrastive loss, which distillation.contrastive: 0 leaves out; give it a weight',
    );
  if (teacher && teacher.dimension !== config.dimension)
    throw badInput(
      'distillation.teacher',
      `the teacher's vectors have ${teacher.dimension} numbers and the model's ${config.dimension}; mean squared error needs them equal`,
    );
  return {
    ...{ temperature, symmetric, matryoshka },
    contrastive: distillation?.contrastive ?? 1,
    distillation:
      distillation && teacher ? { weight: distillation.weight, dimension: teacher.dimension } : null,
    normalize: config.normalize,
  };
}

function checkPrefixes(prefixes: Objective['matryoshka'], dimension: number) {
  const seen = new Set<number>();
  prefixes.forEach((prefix, i) => {
    const path = `matryoshka[${i}].dimension`;
    if (prefix.dimension > dimension)
      throw badInput(
        path,
        `matryoshka asks for the first ${prefix.dimension} numbers of vectors that have ${dimension}`,
      );
    if (seen.has(prefix.dimension))
      throw badInput(path, `matryoshka names dimension ${prefix.dimension} twice`);
    seen.add(prefix.dimension);
  });
}

/** Freezing and GradCache are about the parts and the activations of a transformer. */
function checkParts({ freeze, miniBatch }: TrainingParams, { encoder }: ModelConfig) {
  if (encoder.architecture === 'STATIC') {
    if (freeze?.embeddings || freeze?.layers)
      throw badInput(
        'freeze',
        'a static model is one table of embeddings: frozen, there is nothing left to train',
      );
    if (miniBatch !== undefined)
      throw badInput(
        'miniBatch',
        'miniBatch bounds the activations of an encoder; a static model keeps none: leave it away',
      );
    return;
  }
  if (freeze && freeze.layers > encoder.layers)
    throw badInput(
      'freeze.layers',
      `freeze.layers is ${freeze.layers}, but the model has ${encoder.layers} layers`,
    );
  if (freeze?.embeddings && freeze.layers === encoder.layers)
    throw badInput('freeze', 'embeddings and every layer are frozen: there is nothing left to train');
}
