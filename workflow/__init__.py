"""An application for training subsidies and everything that moves it. Knows no web."""
