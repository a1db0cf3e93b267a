"""Quizzes on a shop's documents and on planning terms: questions with their source, and their marking."""
