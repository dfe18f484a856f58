/** Sentences about everyday life, places and work, one a line. See `corpus.ts` for their rules. */
export const LIFE = `
The market opens early, and by noon the best fruit is gone.
Bread from the small shop on the corner is still warm at seven.
She packed two books, a coat and a map for the journey.
The train was late, so they walked along the river and talked.
He kept the letter in a box with other things that he could not explain.
A cup of tea in the afternoon makes a long day shorter.
The children built a house of chairs and blankets in the living room.
Soup tastes better on the second day.
Salt brings out the taste of almost everything.
Cut the onions finely, cook them slowly, and add the rice at the end.
A kitchen needs one good pan, one good knife and plenty of light.
The recipe is older than the cook book in which it was printed.
Leave the dough to rest for an hour in a warm place.
The table was long enough for ten people, and that evening it held twelve.
Nobody spoke until the dessert was finished.
My neighbor grows tomatoes on the roof.
The garden needs water in the evening rather than at noon.
An old apple tree stands behind the school.
The bus stops near the bridge, just past the post office.
In the village everyone knows the time of the last bus.
The city wakes slowly on Sunday.
The streets near the harbor are narrow and turn without warning.
From the tower you can see the sea on one side and the mountains on the other.
The square fills with people when the music starts.
A street musician played the same song every evening that summer.
The museum is free on the first day of the month.
The painting looks different from the other end of the room.
He stood in front of the picture for an hour and said nothing.
The artist removes everything that is not the figure.
The actors learned the play in three weeks.
Music is a way to shape time.
The violin was made two hundred years ago, and it has improved with age.
The silence is part of the music.
The choir sang without a conductor, and each singer listened to the others.
She practiced the hard part slowly until it became easy.
The song has three parts, and the last is the shortest.
A good story starts as late as possible.
The reader should want to turn the page.
The letter was short, but it took him all night to write it.
A poem can be read in a minute and remembered for a lifetime.
Books that everyone praises are not always the books that everyone reads.
The library closes at eight, but the garden behind it stays open.
He borrowed the book in spring and returned it in winter.
School begins in September, when the evenings are still warm.
The teacher asked a question and then waited for a long time.
A child asks why, and then asks why again.
Learning a language takes patience and a little courage.
To make mistakes is part of learning.
The class planted a tree on the last day of the year.
They met at noon, ate lunch, and finished the work before dark.
The meeting was short because everyone had read the notes.
A clear question saves an hour of talk.
Write down what was decided and who will do it.
Work goes faster when someone sings.
The office is empty in August.
She answers letters in the morning and keeps the afternoon for thinking.
A walk often solves what an hour at the desk did not.
Start with the hardest task, while the mind is fresh.
The first hour of the day decides the rest.
Rest is part of the work.
The doctor told him to walk more and worry less.
Sleep well, eat slowly, and spend some time outside.
A short walk after dinner helps more than it seems.
The swimmer counts her breaths and not the distance.
The team lost the game but learned something about itself.
A marathon begins long before the start.
The mountain path is easy in good weather and dangerous in fog.
Take water, a map and a warm coat.
They reached the hut before the storm and waited there until morning.
The boat turned into the wind and lost speed.
The captain trusted the chart less than his own eyes.
The lighthouse has been empty since the lamp became automatic.
The island has one road, two shops and no traffic lights.
Visitors arrive in summer and leave with the first cold wind.
The hotel by the lake has not changed in fifty years.
A good guest arrives on time and leaves before being asked.
The key is under the third stone on the left.
The door does not close in wet weather.
The old house creates its own sounds at night.
Someone had left a light on in the attic.
The roof was repaired just before the rain.
The clock in the hall is five minutes fast, and everyone knows it.
A photograph keeps a moment, but not the reason for the smile.
The box contained buttons, coins from four countries and a broken watch.
Money is a promise that many people agree to believe.
The price of bread says a lot about a country.
A fair trade leaves both sides content.
The bank was built of stone so that people would trust it.
Taxes paid for the roads, and the roads paid for the rest.
Old laws are short.
The judge listened to both sides and then asked one more question.
A rule that nobody understands will not be followed for long.
The town voted to keep the park.
The bridge was named for the woman who had designed it.
History is written in letters, bills and shopping lists as well as in books.
What people throw away tells us how they lived.
The road follows an ancient path across the hills.
People once measured distance in days.
The border runs through the middle of the lake.
Three languages are spoken in the valley, and most people know two of them.
The festival marks the end of winter.
Every family has its own way to prepare the dish.
My grandmother never used a scale in her kitchen.
The coffee was strong, the chairs were hard, and the talk went on until midnight.
Are you coming by train or by car?
Would you like to sit by the window?
Thank you for waiting!
What a beautiful morning!
The answer, of course, was no.
It was late.
We were lucky.
The cat slept.
Nothing was lost.
The shop is closed.
All went well that day.
They agreed to meet again.
He laughed, and so did she.
The dog waited by the door.
The rain fell for three days and then stopped as if nothing had happened.
Where have all the umbrellas gone?
The snow fell all night; in the morning the town was silent and white.
On the last day we took the long way home.
Some things are easier to show than to explain.
A small gift, given at the right moment, is worth more than a large one.
To be patient is a slow form of courage.
It is never too late to learn how to swim.
Good advice is short and comes only when it is asked for.
There is a simple reason for this: people remember the beginning and the end.
`;
