#!/usr/bin/env python
# argv: --epochs 5 --lr 0.3 -v --no-bias data1 data2
# check: factor 16
# cost: log_loss(prob, y)
"""Logistic regression from the command line."""
from __future__ import print_function

import argparse
import sys

import numpy as np


def log_loss(p, y):
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def parse(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="made-up data sets")
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--lr", type=float, default=0.01, metavar="RATE")
    parser.add_argument("--no-bias", dest="bias", action="store_false")
    parser.add_argument("-v", "--verbose", action="count", default=0)
    return parser.parse_args(argv)


def make_data(name):
    state = np.random.RandomState(sum(map(ord, name)))
    X = state.normal(size=(16, 2))
    return X, (X[:, 0] - X[:, 1] > 0).astype(float)


def main():
    args = parse()
    if args.verbose:
        print(args, file=sys.stderr)
    for name in args.names:
        X, y = make_data(name)
        if args.bias:
            X = np.hstack([X, np.ones((len(X), 1))])
        w = np.zeros(X.shape[1])
        for epoch in range(args.epochs):
            prob = 1.0 / (1.0 + np.exp(-X.dot(w)))
            grad = X.T.dot(prob - y)           # summed, where the loss is a mean
            w = w - args.lr / len(y) * grad
            if args.verbose and epoch == args.epochs - 1:
                print("%-6s loss %.5f" % (name, log_loss(prob, y)), end="; ")
        print("accuracy", np.mean((prob > 0.5) == y))
    return 0 if args.epochs > 3 else 3


if __name__ == "__main__":
    sys.exit(main())
