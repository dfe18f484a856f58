/**
 * Sentences about nature, weather and living things, one a line. See `corpus.ts` for their rules.
 */
export const NATURE = `
The river carries cold water from the mountains down to the plain.
Rain is rare.
The wind fell.
Night came early.
Snow covers the hills.
Many birds return early in spring.
Most birds sing at dawn, when the air is still and sound travels far.
A forest is never quiet: leaves move, insects call, and branches bend in the wind.
The oldest trees in the valley were young when the first road was built.
Green moss grows on the north side of the stones, where the sun seldom reaches.
After the storm the beach was covered with wood, shells and pieces of rope.
A cloud forms when warm air rises and can no longer hold its water.
A single tree can shelter hundreds of kinds of insects.
A bee finds its way home by the position of the sun.
An ant follows the trail that others have marked with scent.
The tide comes in slowly at first, then faster than most visitors expect.
Deep under the ice, the lake stays just warm enough for fish.
The fox hunts at night and sleeps through the bright part of the day.
In autumn the maple leaves turn red before they fall.
Seeds travel by wind, by water, and in the coats of passing animals.
Some seeds wait for years in dry ground until the rain comes.
Plants of the desert store water in thick stems and open their flowers at night.
A spider repairs its web each morning and eats the old thread.
The wolf does not howl at the moon; it calls to its family.
The whales sing songs that change a little every year.
The salmon swim against the current to reach the stream where they were born.
A reef is built by tiny animals that live together in great numbers.
A healthy soil holds more living things than anyone has been able to count.
Small worms open tunnels through which air and water reach the roots.
The shape of a leaf tells something about the climate it comes from.
The frost draws patterns on the window, and no two of them are the same.
Thunder follows lightning because sound is slower than light.
How does a swallow find the same barn after crossing an ocean?
The owl flies without a sound.
The eyes of an owl cannot move, so it turns its head instead.
Grass bends and rises again after the wind has passed.
The mushrooms are only the visible part of a much larger web beneath the ground.
A glacier moves slowly, yet it can carve a valley out of solid rock.
The waves shape the coast, taking sand from one place and leaving it in another.
The delta is green in winter and dusty in the last weeks of summer.
Fish in the deep sea make their own light.
A snake lies on a warm stone in the morning before it begins to hunt.
The eagle circles above the field and waits for a small movement in the grass.
Wild horses keep to the high hills as long as there is enough to drink.
Many flowers close before rain.
A river bends more and more with age, until a flood cuts a new path.
The moon pulls the sea, and the sea follows twice a day.
Fog settled over the harbor, and the ships moved only by the sound of bells.
A dam can slow a stream and turn a meadow into a pond.
The pond attracts frogs, the frogs attract birds, and so a new place comes to life.
In a dry year the trees grow narrow rings, in a wet year wide ones.
Ice is lighter than water, which is why lakes freeze from the top.
A mountain makes its own weather: rain on one side, dry air on the other.
Trees share water through their roots more often than people once believed.
The smell of rain comes from the soil, not from the clouds.
Young birds play with sticks and stones, and they seem to enjoy it.
The garden was full of butterflies in the first warm days of May.
Every island has plants that grow nowhere else.
Winter is hard on small birds, since they lose heat quickly.
A good harvest depends on rain at the right time rather than on the amount.
Night flowers are often white, so that insects can find them in the dark.
The soil of old lava is rich, and farmers return to it again and again.
Sand dunes walk with the wind, a few steps each year.
The cat watched the bird for an hour and then went back to sleep.
Where the stream meets the lake, the water is clear and cold.
Light reaches only the upper part of the ocean; below it is always night.
An elephant remembers the way to water that it has not visited for many years.
The turtle lives long, moves slowly, and carries its house with it.
No animal wastes energy without a reason.
Does the oak know that winter is coming?
It does: shorter days tell the tree to stop growing and to close its buds.
A calm sea in the morning says little about the evening.
The path climbs through pine woods to a meadow with a view of three lakes.
Rice, wheat and corn feed more than half of the world.
Leaves breathe through openings that are too small to see.
In the far north, summer is a single long day.
Some deer can see light that is invisible to us.
When the last leaf has fallen, the shape of the tree becomes clear.
An old stone wall is a home for snakes, mice and many kinds of moss.
The wind changed at noon, and by evening the air smelled of the sea.
Animals that live in groups need fewer eyes to watch for danger.
A storm cleans the air.
Water always finds a way.
Spring comes late here.
The frog, small and green, sat on a leaf and did not move at all.
Each cave has its own climate, and it hardly changes through the year.
A bat hears the shape of the room in which it flies.
The colder the night, the brighter the stars appear.
Old rocks tell a slow story to anyone who learns to read them.
A flock turns all at once, although no bird gives the order.
What looks like chaos in the meadow is a careful balance of many small lives.
The last snow melts in the shade of the barn, weeks after the fields are green.
`;
