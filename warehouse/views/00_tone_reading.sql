CREATE OR REPLACE MACRO tone_reading(model, negative, neutral, positive) AS
-- What a model found in a passage, as one value: equal for the same passage on any machine.
model || printf(' %.4f %.4f %.4f', negative, neutral, positive);
