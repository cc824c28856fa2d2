# loop: for gen in range(GENS):
"""Evolves the weights of a tiny net; nothing is differentiated."""
import random
import numpy as np

POP, GENS, ELITE = 5, 4, 2
INPUTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
WANTED = np.array([0, 1, 1, 0])


class Creature:
    born = 0

    def __init__(self, genes):
        self.genes = genes
        self.fitness = None
        self.id = Creature.born
        Creature.born += 1

    def think(self, x):
        hidden = np.tanh(x @ self.genes[:4].reshape(2, 2) + self.genes[4:6])
        return 1 / (1 + np.exp(-(hidden @ self.genes[6:8] + self.genes[8])))

    def __lt__(self, other):
        return self.fitness > other.fitness

    def __repr__(self):
        return "<Creature #{0.id} {0.fitness:.4f}>".format(self)


def crossover(mum, dad):
    cut = random.randrange(1, len(mum.genes))
    return np.concatenate((mum.genes[:cut], dad.genes[cut:]))


def mutate(genes, rate=0.3):
    for i in range(len(genes)):
        if random.random() < rate:
            genes[i] += random.gauss(0, 0.8)
    return genes


random.seed(5)
np.random.seed(5)
population = [Creature(np.random.randn(9)) for _ in range(POP)]
for gen in range(GENS):
    for one in population:
        one.fitness = 1 - ((one.think(INPUTS) - WANTED) ** 2).mean()
    population.sort()
    print("generation", gen, "best", population[0], "worst", population[-1])
    children = []
    while len(children) < POP - ELITE:
        mum, dad = random.sample(population[:4], 2)
        children.append(Creature(mutate(crossover(mum, dad))))
    population[ELITE:] = children
champion = population[0]
print(["%d%d -> %.2f" % (*row, champion.think(row)) for row in INPUTS])
print(Creature.born, "born,", max(c.id for c in population), "is the youngest")
