/** Metric values by column name: `loss`, `accuracy`, `val_loss`, `val_accuracy`. */
export type MetricValues = Readonly<Record<string, number>>;
