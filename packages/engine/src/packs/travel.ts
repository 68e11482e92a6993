// The travel pack: places, stays, trips, check-ins and reviews. What can be booked stands in the catalogue as items: category `place` or
// `stay`, price and currency, stock as availability, validity, and attributes: latitude, longitude, opening_hours, visit_minutes
// (docs/plans.md). Built on the public face of the engine alone.
import { definePack, type EventType } from '../runtime/public.js';

const interest = { personalise: 'consent', train: 'consent', analytics: 'consent' } as const;
const place = { place_id: { type: 'string', required: true } } as const;
const money = { type: 'number', min: 0, max: 10_000_000 } as const;
const nights = { type: 'integer', min: 1, max: 365, unit: 'nights' } as const;
const year = 395;

function about(name: string, category: EventType['category'], properties: EventType['properties'] = {}): EventType {
  return {
    name,
    category,
    purposes: interest,
    properties: { ...place, ...properties },
    item: 'place_id',
    counts: true,
    retentionDays: year,
  };
}

export const travel = definePack({
  name: 'travel',
  version: 2,
  title: 'Travel',
  eventTypes: [
    about('place.viewed', 'behavioural'),
    about('stay.viewed', 'behavioural', { price: money, currency: { type: 'string' } }),
    about('place.saved', 'preference'),
    about('place.checked_in', 'location', { trip_id: { type: 'string' } }),
    about('place.reviewed', 'behavioural', {
      stars: { type: 'integer', required: true, min: 1, max: 5 },
      text: { type: 'string' },
    }),
    about('stay.booked', 'transactional', {
      booking_id: { type: 'string', required: true },
      total: money,
      currency: { type: 'string' },
      nights,
      lead_days: { type: 'integer', min: 0, max: 1000, unit: 'days' },
      party: { type: 'integer', min: 1, max: 100 },
    }),
    {
      name: 'booking.cancelled',
      category: 'transactional',
      purposes: { personalise: 'consent', analytics: 'consent' },
      properties: { booking_id: { type: 'string', required: true } },
      retentionDays: year,
    },
    {
      name: 'trip.planned',
      category: 'preference',
      purposes: { personalise: 'consent', analytics: 'consent' },
      properties: {
        trip_id: { type: 'string', required: true },
        destination: { type: 'string' },
        nights,
        budget: { type: 'integer', min: 0, max: 1_000_000_000, unit: 'minor units of the currency' },
        currency: { type: 'string' },
        pace: { type: 'string' },
        must_see: { type: 'strings' },
        avoid: { type: 'strings' },
      },
      retentionDays: year,
    },
  ],
  traits: [
    { name: 'travel_spent', kind: 'sum', purpose: 'personalise', property: 'total', scale: 100 },
    { name: 'destination', kind: 'last_value', purpose: 'personalise', property: 'destination' },
    { name: 'travel_acts', kind: 'counter', purpose: 'analytics' },
    { name: 'travel_hours', kind: 'hours', purpose: 'analytics', days: 60 },
    { name: 'places_visited', kind: 'sequence', purpose: 'analytics', max: 40, property: 'place_id' },
  ],
  segments: [
    {
      name: 'planning',
      title: 'Planning a trip',
      purpose: 'personalise',
      when: {
        all: [
          {
            any: [
              { seen: 'last_seen', of: ['trip.planned'], days: 21 },
              { count: 'events_by_day', of: ['stay.viewed'], days: 7, atLeast: 3 },
            ],
          },
          { not: { seen: 'last_seen', of: ['stay.booked'], days: 21 } },
        ],
      },
    },
    {
      name: 'on_the_road',
      title: 'Checked in somewhere lately',
      purpose: 'personalise',
      when: { seen: 'last_seen', of: ['place.checked_in'], days: 2 },
    },
    {
      name: 'cancelling',
      title: 'Cancelled more than once',
      purpose: 'personalise',
      when: { count: 'events_by_day', of: ['booking.cancelled'], days: 60, atLeast: 2 },
    },
  ],
  models: [
    { name: 'next_item', learnsFrom: ['place.viewed', 'place.checked_in', 'stay.booked'] },
    { name: 'trips', kind: 'places', learnsFrom: ['place.checked_in'], categories: ['place'] },
  ],
  decisionPoints: [
    { name: 'next_place', kind: 'rank', limit: 5, uniformPpm: 10_000 },
    { name: 'itinerary', kind: 'plan', model: 'trips', categories: ['place'] },
  ],
  reasons: { went_on_to: 'After {item}, {people} went there.', popular: 'Many go there now.' },
});
