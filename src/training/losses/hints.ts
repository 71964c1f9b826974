const pairs = 'a loss compares an output with its target here; losses of pairs and triples of examples are left out';
const alignment = 'aligning sequences (CTC) is left out; sparseSoftmaxCrossEntropy judges one class for each step';
const variance = 'a model that predicts its own variance is left out; use meanSquaredError';
const overlap =
  'losses of overlap are left out; use softmaxFocalCrossEntropy where classes are rare, and jaccard as a metric';

/** What to say of losses that other frameworks have, by `comparable` word. */
export const lossHints: Readonly<Record<string, string>> = {
  tripletloss: pairs,
  tripletmarginloss: pairs,
  contrastiveloss: pairs,
  marginrankingloss: pairs,
  ctc: alignment,
  ctcloss: alignment,
  gaussiannllloss: variance,
  dice: overlap,
  diceloss: overlap,
  tversky: overlap,
  tverskyloss: overlap,
};
