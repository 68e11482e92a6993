// What the benches of models count with, worked by hand; and the loader that refuses columns which tell the answer.
import { describe, expect, it } from 'vitest';
import { bookingFeatures, bookingsOf } from './bookings.js';
import { Complaint } from './complaint.js';
import { CsvTable } from './csv-table.js';
import { orderedPairsF1, placesF1 } from './itinerary.js';
import { auroc, averagePrecision, calibrationError, type Judged } from './quality.js';

const judged = (...rows: readonly (readonly [number, 0 | 1])[]): Judged[] => rows.map(([probability, label]) => ({ probability, label }));

describe('quality', () => {
  it('auROC counts pairs, and half of ties', () => {
    expect(auroc(judged([0.9, 1], [0.8, 0], [0.7, 1], [0.1, 0]))).toBe(0.75);
    expect(auroc(judged([0.5, 1], [0.5, 0]))).toBe(0.5);
    expect(auroc(judged([0.1, 1], [0.5, 0]))).toBe(0);
  });
  it('average precision is the mean precision at each yes', () => {
    expect(averagePrecision(judged([0.9, 1], [0.8, 0], [0.7, 1], [0.1, 0]))).toBeCloseTo((1 + 2 / 3) / 2, 12);
  });
  it('calibration error is 0 for shares that hold, and the excess for those that do not', () => {
    const rows = Array.from({ length: 1_000 }, (_, at): Judged => ({ probability: 0.2, label: at % 5 === 0 ? 1 : 0 }));
    expect(calibrationError(rows)).toBeCloseTo(0, 12);
    expect(calibrationError(rows.map(({ label }) => ({ label, probability: 0.5 })))).toBeCloseTo(0.3, 12);
  });
});

describe('courses', () => {
  it('F1 of places and of ordered pairs', () => {
    expect(placesF1([1, 2, 3], [1, 4, 3])).toBeCloseTo(2 / 3, 12);
    expect(orderedPairsF1([1, 2, 3], [1, 4, 3])).toBeCloseTo(1 / 3, 12);
    expect(orderedPairsF1([1, 2, 3, 4], [1, 3, 2, 4])).toBeCloseTo(5 / 6, 12);
    expect(orderedPairsF1([1, 2, 3], [1, 2, 3])).toBe(1);
  });
});

describe('bookings', () => {
  const names = [
    ...bookingFeatures.map(({ name }) => name),
    'is_canceled',
    'arrival_date_year',
    'arrival_date_month',
    'arrival_date_day_of_month',
  ];
  const header = [...names, 'reservation_status', 'reservation_status_date', 'assigned_room_type', 'country'];
  const row = header.map((name) =>
    name === 'is_canceled'
      ? '1'
      : name === 'arrival_date_year'
        ? '2016'
        : name === 'arrival_date_month'
          ? 'July'
          : name.startsWith('reservation')
            ? 'Canceled'
            : '3',
  );
  const table = new CsvTable(`${header.join(',')}\n${row.join(',')}\n`);

  it('are read without the columns that tell the outcome', () => {
    const [booking] = bookingsOf(table, bookingFeatures);
    expect(booking).toMatchObject({ label: 1, year: 2016 });
    expect(JSON.stringify(booking)).not.toContain('Canceled');
  });
  it('a feature that tells the outcome is refused, and one that is known only afterwards', () => {
    for (const name of ['reservation_status', 'reservation_status_date', 'assigned_room_type', 'country']) {
      expect(() => bookingsOf(table, [...bookingFeatures, { name, kind: 'category' }]), name).toThrow(Complaint);
    }
  });
});
