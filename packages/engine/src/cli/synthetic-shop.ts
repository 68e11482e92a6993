// The shop of the synthetic world: items in six categories, and what people go on to from each: the structure that a model can find.
import type { Item } from '../model/item.js';
import type { SeededRandom } from './seeded-random.js';

const shelves: Readonly<Record<string, readonly string[]>> = {
  tea: ['Sencha', 'Assam', 'Darjeeling', 'Earl Grey', 'Rooibos', 'Peppermint', 'Oolong', 'Matcha', 'Chamomile', 'Lapsang Souchong'],
  coffee: [
    'Ethiopia Light Roast',
    'Colombia Medium Roast',
    'House Espresso',
    'Decaf Espresso',
    'Cold Brew Bags',
    'Hand Grinder',
    'Moka Pot',
    'Pour-over Cone',
    'Paper Filters',
    'Milk Frother',
  ],
  kitchen: [
    'Glass Teapot',
    'Stoneware Mug',
    'Gooseneck Kettle',
    'Kitchen Scale',
    'Cutting Board',
    'Paring Knife',
    'Cast-iron Pan',
    'Storage Jar',
    'Tea Strainer',
    'Linen Towel',
  ],
  bakery: [
    'Rye Loaf',
    'Sourdough Loaf',
    'Butter Croissant',
    'Oat Biscuits',
    'Lemon Shortbread',
    'Almond Cantuccini',
    'Poppy Seed Cake',
    'Cinnamon Buns',
    'Crispbread',
    'Ginger Snaps',
  ],
  garden: [
    'Basil Seeds',
    'Tomato Seeds',
    'Mint Plant',
    'Terracotta Pot',
    'Watering Can',
    'Hand Trowel',
    'Herb Scissors',
    'Potting Soil',
    'Lavender Plant',
    'Bird Feeder',
  ],
  books: [
    'The Tea Atlas',
    'Bread by Hand',
    'A Small Garden',
    'Coffee at Home',
    'One-pan Suppers',
    'Notes on Herbs',
    'The Baker at Four',
    'Winter Kitchen',
    'Seeds and Seasons',
    'Blank Notebook',
  ],
};

export const categories: readonly string[] = Object.keys(shelves);

/** Which category people stray into from each. */
const neighbours: readonly number[] = [2, 3, 0, 1, 5, 4];

export class SyntheticShop {
  readonly items: readonly Item[];
  /** Per item: the indices of those that people go on to, and how often. */
  readonly #next: readonly { readonly to: readonly number[]; readonly weights: readonly number[] }[];
  readonly #byCategory: readonly (readonly number[])[];

  constructor(random: SeededRandom, count: number) {
    const items: Item[] = [];
    const byCategory: number[][] = categories.map(() => []);
    for (let index = 0; index < count; index += 1) {
      const place = index % categories.length;
      const row = Math.floor(index / categories.length);
      const category = categories[place] ?? '';
      const titles = shelves[category] ?? [];
      const series = Math.floor(row / titles.length);
      const title = `${titles[row % titles.length] ?? category}${series === 0 ? '' : ` No. ${series + 1}`}`;
      const price = 250 + 50 * random.below(80);
      const stock = random.chance(0.05) ? 0 : 1 + random.below(60);
      items.push({
        id: `${category}-${(row + 1).toString().padStart(2, '0')}`,
        title,
        category,
        price,
        currency: 'EUR',
        stock,
        attributes: { synthetic: true },
      });
      byCategory[place]?.push(index);
    }
    this.items = items;
    this.#byCategory = byCategory;
    this.#next = items.map((_, index) => {
      const own = byCategory[index % categories.length] ?? [];
      const other = byCategory[neighbours[index % categories.length] ?? 0] ?? [];
      // Never back to itself: a shelf of one item leads nowhere else.
      const pick = (list: readonly number[]): number => {
        const others = list.filter((each) => each !== index);
        return others[random.below(others.length)] ?? index;
      };
      return { to: [pick(own), pick(own), pick(other)], weights: [0.55, 0.25, 0.2] };
    });
  }

  /** An item of a category, the first ones most often. */
  startIn(category: number, random: SeededRandom): number {
    const own = this.#byCategory[category] ?? [];
    return own[random.weighted(own.map((_, rank) => 1 / (rank + 1)))] ?? 0;
  }

  /** Where a visitor of `item` goes on to. */
  after(item: number, random: SeededRandom): number {
    const row = this.#next[item];
    return row?.to[random.weighted(row.weights)] ?? item;
  }
}
