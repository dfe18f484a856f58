/**
 * Sentences about science and the history of ideas, one a line. See `corpus.ts` for their rules.
 */
export const SCIENCE = `
Science begins with a question that nobody can answer at once.
A good theory explains many facts with few words.
An experiment is a way to ask nature a clear question.
No single test can prove a law, but one good test can show that it is wrong.
The first maps of the sky were made by people who wanted to know when to plant.
Numbers came from counting sheep, jars of oil and bags of grain.
Zero was once a strange idea: a sign for nothing at all.
The planets move along paths that are almost circles.
Light from the nearest star needs four years to reach us.
The sun is a star like many others, only much closer.
Every atom in your hand was once part of a star.
Gravity is weak, but it never ends and it never rests.
A magnet has two poles, and cutting it in half gives two smaller magnets.
Heat moves from warm things to cold things and not the other way.
Energy changes its form, but the total remains the same.
A perfect engine that runs for ever cannot exist.
Sound needs air or water to travel; light needs nothing at all.
The color of a star tells how hot it is.
When a source of sound moves away, its tone becomes lower.
A prism divides white light into all the colors that it contains.
Glass is hard, clear and easy to break.
The microscope opened a new world, as the telescope had done before it.
What the eye could not see, the lens could.
Early doctors knew many plants, and some of those plants still help us today.
The heart is a pump, and the blood goes around.
Cells divide, and each new cell carries a full copy of the plan.
Genes are long messages written with only four letters.
Small changes add up over a million years.
Chance plays a part in evolution, but so does the environment.
The brain uses about a fifth of the energy of the whole body.
Memory is not a record; it is built again each time we remember.
Sleep helps the mind to sort what it learned during the day.
Why do we dream?
Nobody knows for certain.
The ear hears best at the pitch of a human voice.
Two people can look at the same picture and see different things.
A language dies when the last child stops using it.
Writing was invented in several places, and each time it began with pictures.
Paper made books cheap, and printing made them common.
The library kept copies of every book that entered the harbor.
Ideas travel along the same roads as silk, salt and spices.
Old books were copied by hand, so every copy had errors of its own.
The number of stars is large but not beyond counting.
Parallel lines never meet on a flat surface, yet on a globe they do.
A proof is a chain of small steps, each of which anyone can check.
Some true statements cannot be proved within the system that states them.
There is no largest prime number.
The square of a sum is not the sum of the squares.
Infinity comes in more than one size.
A map with four colors is always enough.
Probability began with a question about a game of dice.
An average hides more than it shows.
If two events happen together, one of them need not cause the other.
Measure twice, and write down both results.
An error that is always the same can be corrected; one that changes cannot.
Every measurement has a limit, and a careful scientist states it.
The weight of the air was a surprise to everyone.
Pressure falls as you climb, and water boils sooner.
At the bottom of the sea, the pressure would crush a car.
The continents move about as fast as your nails grow.
Where two plates meet, mountains rise or the ground shakes.
The center of the earth is as hot as the surface of the sun.
Iron in the core gives the planet its magnetic field.
The field protects us from the wind of particles that the sun sends out.
Northern lights appear when those particles reach the upper air.
A year on Mars is nearly twice as long as ours.
The rings of Saturn are made of ice and dust.
Most of space is empty, cold and dark.
Far away means long ago, because light takes time to arrive.
The universe has been growing larger since it began.
Most of its matter cannot be seen, only weighed.
Time runs a little slower near a heavy body.
A clock on a satellite must be corrected for it.
The speed of light is a limit that nothing passes.
A particle behaves like a wave, and a wave behaves like a particle.
A vacuum is not quite empty.
Very cold metals carry current without any loss.
Salt lowers the freezing point of water.
Bread rises because tiny living things make gas.
Rust is iron that has joined with oxygen, slowly and without flame.
Fire needs fuel, heat and air; take one away and it goes out.
Gold stays bright because almost nothing reacts with it.
The same carbon makes soft black coal and the hardest clear stone.
An acid and a base together make salt and water.
A crystal grows by adding the same pattern again and again.
The table of elements had gaps, and the gaps predicted what would be found.
Great discoveries often start with a small result that does not fit.
The answer was simple, but it took a century to find the right question.
Many wrong ideas were useful, since they led to better ones.
To doubt is a skill and not a weakness.
To understand a thing, try to explain it to a child.
Teachers learn from questions that they cannot answer.
The philosopher walked every afternoon at the same hour.
Is a ship still the same ship when every plank has been replaced?
The ancient schools taught music and geometry side by side.
The calendar was ten days late before anyone agreed to correct it.
A ship needed a good clock to know how far east it was.
A longer rope makes a slower swing, whatever the weight at its end.
The shadow of a stick at noon was enough to measure the size of the earth.
Medicine changed when people began to wash their hands.
The first vaccine came from a careful look at people who worked with cows.
Wonder is older than science.
Nature does not care about our units, but clear units prevent many mistakes.
Models are simple on purpose.
A model is useful when it leaves out the right things.
All models end somewhere.
The result was repeated in three countries before it was believed.
Good data are used longer than the theory for which they were collected.
Facts are stubborn.
Rules have limits.
`;
