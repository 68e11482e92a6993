// Definitions that use every kind of trait, condition and cut point, over the shop's vocabulary: what simulator, benches and property tests
// switch on, so that the laws are tried with all of them.
import type { Definitions } from '../model/definitions.js';

export const worldDefinitions: Definitions = {
  traits: [
    { name: 'acts', kind: 'counter', purpose: 'analytics' },
    { name: 'acted', kind: 'recency', purpose: 'analytics' },
    { name: 'acts_by_hour', kind: 'hours', purpose: 'analytics', days: 60 },
    { name: 'steps', kind: 'sequence', purpose: 'analytics', max: 5 },
    { name: 'kinds', kind: 'sequence', purpose: 'analytics', max: 20, types: true },
    { name: 'touched', kind: 'window', purpose: 'analytics', days: 14 },
    { name: 'asked', kind: 'last_value', purpose: 'analytics', property: 'query' },
    { name: 'taught', kind: 'counter', purpose: 'train' },
    { name: 'spent', kind: 'sum', purpose: 'personalise', property: 'total', scale: 100 },
  ],
  segments: [
    { name: 'viewers', purpose: 'personalise', when: { count: 'events_by_day', of: ['item.viewed'], days: 7, atLeast: 2 } },
    { name: 'lapsing', purpose: 'personalise', when: { not: { seen: 'last_seen', of: ['item.viewed', 'order.completed'], days: 5 } } },
    { name: 'spenders', purpose: 'personalise', when: { count: 'spent', of: ['order.completed'], days: 30, atLeast: 5_000 } },
    {
      name: 'champions',
      purpose: 'personalise',
      when: {
        any: [
          { band: 'rfm', measure: 'money', atLeast: 2 },
          {
            all: [
              { band: 'rfm', measure: 'recency', atLeast: 2 },
              { band: 'rfm', measure: 'frequency', atLeast: 2 },
            ],
          },
        ],
      },
    },
    { name: 'tea_then_cup', purpose: 'analytics', when: { sequence: 'steps', contains: ['tea', 'cup'], days: 10 } },
    { name: 'tea_lovers', purpose: 'analytics', when: { times: 'touched', value: 'tea', days: 7, atLeast: 2 } },
    { name: 'seekers', purpose: 'analytics', when: { last: 'asked', days: 6, oneOf: ['tea', 'cup'] } },
    {
      name: 'idle_buyers',
      purpose: 'analytics',
      when: {
        all: [
          { count: 'acts', of: ['order.completed'], days: 40 },
          { count: 'acts', of: ['item.viewed', 'list.viewed'], days: 3, atMost: 0 },
        ],
      },
    },
  ],
  cutPoints: [
    {
      name: 'rfm',
      purpose: 'personalise',
      days: 30,
      bands: 2,
      measures: [
        { name: 'recency', as: 'recency', trait: 'last_seen', of: ['order.completed', 'item.viewed'] },
        { name: 'frequency', as: 'count', trait: 'events_by_day', of: ['order.completed', 'item.viewed'] },
        { name: 'money', as: 'sum', trait: 'spent', of: ['order.completed'] },
      ],
    },
  ],
};
