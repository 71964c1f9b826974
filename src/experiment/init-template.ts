/** A spec that explains itself and trains in about a second. @param schema path as the editor's header names it */
export const initTemplate = (name: string, schema: string): string => `# yaml-language-server: $schema=${schema}
#
# Train it:       exp run SPEC
# Check it:       exp validate SPEC
# Change a value: exp run SPEC training.epochs=20 model.layers.0.units=32
# Look up a key:  exp explain SPEC training.batchSize
name: ${name} #                          the run folder is runs/${name}-<date>-<time>-<4 letters>
description: A small classifier of iris flowers.
seed: 42 #                                  everything random follows from it: same spec and seed, same numbers

data:
  source: {type: iris} #                    150 flowers, 4 lengths each, 3 species; \`exp datasets\` lists what else there is
  validation: {fraction: 0.2, stratify: true} # held out of the training set; gives the val_* columns
  transforms:
    - {type: normalize, fit: train} #       mean 0 and standard deviation 1, measured on the training examples

model:
  layers: #                                 each takes the output of the one before it; \`exp layers\` lists them
    - {type: dense, units: 16, activation: relu}
    # - {type: dropout, rate: 0.2}
    - {type: dense, units: 3, name: logits} # one number per class; the loss turns them into probabilities

training:
  epochs: 50
  batchSize: 16
  loss: softmaxCrossEntropy #               short for {type: softmaxCrossEntropy}
  optimizer: {type: adam, learningRate: 0.01}
  metrics: [accuracy]
  earlyStopping: {monitor: val_loss, patience: 10} # stops when the held-out examples no longer profit

checkpoint: {monitor: val_accuracy} #       keeps the best epoch besides the last one

# device: auto #                            auto, cuda, webgpu or cpu; \`exp doctor\` tells what this machine has
`;
