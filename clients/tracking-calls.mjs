// Every call of the tracking API, as a client makes it: what is sent, and the event types that must then stand in the person's profile.
export const context = { consent: { categoryPreferences: { personalise: true, train: true, analytics: true } } };

export const expected = {
  'item.viewed': 1,
  'order.completed': 1,
  identify: 1,
  'page.viewed': 1,
  group: 1,
};

export const product = { product_id: 'tea', price: 4.5, quantity: 1 };
export const order = { order_id: 'o-1', total: 4.5, currency: 'EUR', products: [{ product_id: 'tea' }] };
export const traits = { plan: 'gold', email: 'never@kept.example' };
export const company = { name: 'Tea Club', plan: 'club' };
