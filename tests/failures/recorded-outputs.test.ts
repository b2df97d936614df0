import { describe, expect, it } from 'vitest';

import { judgeCase, totalsOf } from './judge-cases.ts';
import { readCases } from './recorded-cases.ts';

const development = readCases('development');
const judged = development.map((one) => judgeCase(one, true));

describe('outputs that real tools printed', () => {
  it('get their class, place, tests and package as a person would say them', () => {
    const totals = totalsOf(judged);
    expect(development.length).toBeGreaterThan(200);
    expect(totals.macroF1).toBeGreaterThanOrEqual(0.97);
    expect(totals.places).toBeGreaterThanOrEqual(0.95);
    expect(totals.testNames).toBeGreaterThanOrEqual(0.9);
    expect(totals.packages).toBeGreaterThanOrEqual(0.9);
  });

  it('keep the line that matters in their excerpt', () => {
    expect(totalsOf(judged).excerpts).toBeGreaterThanOrEqual(0.97);
  });

  it('come with a high confidence only where the class is nearly always right', () => {
    const sure = judged.filter(({ failure }) => failure.confidence >= 0.85);
    expect(sure.filter(({ classRight }) => classRight).length / sure.length).toBeGreaterThanOrEqual(0.98);
  });

  it('have excerpts without colours, secrets or more than 2,000 characters', () => {
    for (const { failure } of judged) {
      expect(failure.context.excerpt.length).toBeLessThan(2_000);
      expect(failure.context.excerpt).not.toContain(String.fromCharCode(27));
    }
  });

  it('are known without their tool as well', () => {
    expect(totalsOf(development.map((one) => judgeCase(one, false))).macroF1).toBeGreaterThanOrEqual(0.94);
  });
});
