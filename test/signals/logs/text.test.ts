import { expect, it } from 'vitest';
import { milliseconds, millisecondsText } from '../../../src/signals/logs/text.js';

it('writes milliseconds as the number that they are', () => {
  const micros = [0, 1, 9, 10, 99, 100, 999, 1000, 1001, 1010, 1100, 59_999_999, 86_400_000_001];
  for (let i = 0; i < 20_000; i++) micros.push(i * 37);
  for (const one of micros) {
    expect(millisecondsText(one / 1e6)).toBe(String(milliseconds(one / 1e6)));
  }
  expect(millisecondsText(0.000_357_499_9)).toBe('0.357');
});
